// C#: handles are SafeHandles, so that the marshaller keeps them alive during a call; bytes and arrays
// are pointers that the thin layer pins; failures are folded. All signatures are blittable but for names.
//
// Run SWIG with -DSWIG_CSHARP_NO_EXCEPTION_HELPER -DSWIG_CSHARP_NO_STRING_HELPER
// -DSWIG_CSHARP_NO_IMCLASS_STATIC_CONSTRUCTOR: nothing here calls back into managed code.

%csconst(1);
%pragma(csharp) moduleclassmodifiers="internal static unsafe class"
%pragma(csharp) imclassclassmodifiers="internal static unsafe class"

// Results. In C# the number that the wrapper returns is looked at before anything else.
%typemap(ctype) weir_status "int64_t"
%typemap(imtype) weir_status "long"
%typemap(cstype) weir_status "long"
%typemap(csout, excode="") weir_status { return global::Weir.WeirException.Check($imcall); }
%typemap(out) weir_status %{ $result = $1; %}
%typemap(argout) weir_store** out, weir_queue** out, weir_messages** out
  %{ if (result == WEIR_OK) $result = (int64_t)(intptr_t)*$1; %}
%typemap(argout) uint64_t* out_count, uint64_t* out_sequence %{ if (result >= 0) $result = (int64_t)*$1; %}
%typemap(argout) weir_error* err %{ if (result < 0) $result = weirll_fold(result, $1); %}
// weir_status_name takes a status, which is no result there.
%typemap(ctype) weir_status status "int32_t"
%typemap(imtype) weir_status status "int"
%typemap(cstype) weir_status status "int"

// Texts come as addresses: a `string` result would be freed by the marshaller.
%typemap(ctype, out="const char *") const char* "const char *"
%typemap(imtype, out="global::System.IntPtr") const char* "string"
%typemap(cstype, out="global::System.IntPtr") const char* "string"
%typemap(csout, excode="") const char* { return $imcall; }
%typemap(out) const char* %{ $result = $1; %}
%typemap(imtype, inattributes="[global::System.Runtime.InteropServices.MarshalAs(global::System.Runtime.InteropServices.UnmanagedType.LPUTF8Str)] ")
  const char* url, const char* name "string"

%include "fold.i"

// SWIG's own choice for size_t is 32 bits wide.
%typemap(ctype) size_t "size_t"
%typemap(imtype) size_t "global::System.UIntPtr"
%typemap(cstype) size_t "ulong"
%typemap(csin) size_t "(global::System.UIntPtr)$csinput"
%typemap(csout, excode="") size_t { return (ulong)$imcall; }

%typemap(imtype) weir_store* "global::Weir.StoreHandle"
%typemap(cstype) weir_store* "global::Weir.StoreHandle"
%typemap(imtype) weir_queue* "global::Weir.QueueHandle"
%typemap(cstype) weir_queue* "global::Weir.QueueHandle"
// Lives within one method of the thin layer, which frees it.
%typemap(imtype) weir_messages*, const weir_messages* "global::System.IntPtr"
%typemap(cstype) weir_messages*, const weir_messages* "global::System.IntPtr"
%typemap(ctype) weir_store*, weir_queue*, weir_messages*, const weir_messages* "void *"
%typemap(csin) weir_store*, weir_queue*, weir_messages*, const weir_messages* "$csinput"
%typemap(in) weir_store*, weir_queue*, weir_messages*, const weir_messages* %{ $1 = ($1_ltype)$input; %}

%define %weircs_pointer(c_type, cs_type)
%typemap(ctype) c_type "void *"
%typemap(imtype) c_type "cs_type"
%typemap(cstype) c_type "cs_type"
%typemap(csin) c_type "$csinput"
%typemap(in) c_type %{ $1 = ($1_ltype)$input; %}
%enddef
%weircs_pointer(const void* data, byte*)
%weircs_pointer(void* buffer, byte*)
%weircs_pointer(const uint32_t* sizes, uint*)
%weircs_pointer(const uint64_t* ids, ulong*)
%weircs_pointer(int64_t* slots, long*)
%weircs_pointer(void* handle, global::System.IntPtr)

// A SafeHandle releases its handle as a plain number, when it is no longer one.
%rename("$ignore") weir_store_close;
%rename("$ignore") weir_queue_close;
%inline %{
int32_t weircs_store_close(void* handle) { return weir_store_close((weir_store*)handle, NULL); }
int32_t weircs_queue_close(void* handle) { return weir_queue_close((weir_queue*)handle, NULL); }
%}
