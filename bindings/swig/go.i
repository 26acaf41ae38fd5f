// Go: handles are uintptr, packed bytes and arrays are slices, failures are folded.

%insert(cgo_comment_typedefs) %{
#cgo pkg-config: weir
#cgo CFLAGS: -fno-strict-aliasing
%}

%include "fold.i"

%typemap(gotype) weir_store*, weir_queue*, weir_messages*, const weir_messages* "uintptr"
%typemap(in) weir_store*, weir_queue*, weir_messages*, const weir_messages* %{ $1 = ($1_ltype)$input; %}
%typemap(gotype) size_t "int"
%typemap(gotype) uint64_t "uint64"
%typemap(gotype) uint32_t "uint32"
%typemap(gotype) int32_t "int32"

// An `out` typemap runs before any `argout`, and SWIG then copies $result into _swig_go_result, the
// only name that still counts in an `argout`. The slice test fails should a later SWIG rename it.
%typemap(gotype) weir_status "int64"
%typemap(out) weir_status %{ $result = $1; %}
%typemap(argout) weir_store** out, weir_queue** out, weir_messages** out
  %{ if (result == WEIR_OK) _swig_go_result = (int64_t)(intptr_t)*$1; %}
%typemap(argout) uint64_t* out_count, uint64_t* out_sequence
  %{ if (result >= 0) _swig_go_result = (int64_t)*$1; %}
%typemap(argout) weir_error* err %{ if (result < 0) _swig_go_result = weirll_fold(result, $1); %}
// weir_status_name takes a status, which is no result there.
%typemap(gotype) weir_status status "int32"

// Only slices whose memory holds no pointers may come here: SWIG passes a struct, so that cgo checks
// the whole object a slice lies in. The thin layer gathers into buffers of its own.
%typemap(gotype) (const void* data, size_t data_size), (void* buffer, size_t buffer_size) "[]byte"
%typemap(gotype) (const uint32_t* sizes, size_t count) "[]uint32"
%typemap(gotype) (const uint64_t* ids, size_t count) "[]uint64"
%typemap(gotype) (int64_t* slots, size_t slot_count) "[]int64"
%typemap(in) (const void* data, size_t data_size), (void* buffer, size_t buffer_size),
             (const uint32_t* sizes, size_t count), (const uint64_t* ids, size_t count),
             (int64_t* slots, size_t slot_count)
  %{ $1 = ($1_ltype)$input.array; $2 = (size_t)$input.len; %}
