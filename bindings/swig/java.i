// Java: handles are long, packed bytes and arrays are arrays, failures are exceptions thrown from C.
//
// No typemap here returns early. `freearg` comes last in a wrapper, so an early return would leak
// what another typemap holds; they leave an exception pending instead, and what follows copes.

%javaconst(1);

%{
static struct {
  jclass bytes;
  jclass exception;
  jmethodID exception_init;
} weirj;

static jclass weirj_class(JNIEnv* jenv, const char* name) {
  jclass local = (*jenv)->FindClass(jenv, name);
  jclass global = local != NULL ? (jclass)(*jenv)->NewGlobalRef(jenv, local) : NULL;
  if (local != NULL) (*jenv)->DeleteLocalRef(jenv, local);
  return global;
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* vm, void* reserved) {
  JNIEnv* jenv = NULL;
  (void)reserved;
  if ((*vm)->GetEnv(vm, (void**)&jenv, JNI_VERSION_1_8) != JNI_OK) return JNI_ERR;
  weirj.bytes = weirj_class(jenv, "[B");
  weirj.exception = weirj_class(jenv, "io/weir/WeirException");
  if (weirj.bytes == NULL || weirj.exception == NULL) return JNI_ERR;
  weirj.exception_init = (*jenv)->GetMethodID(jenv, weirj.exception, "<init>", "(II[B)V");
  return weirj.exception_init != NULL ? JNI_VERSION_1_8 : JNI_ERR;
}

/* The text travels as bytes: JNI's own conversions expect a UTF-8 in which some characters differ. */
static void weirj_throw(JNIEnv* jenv, weir_status status, const weir_error* err) {
  const jsize size = (jsize)strnlen(err->message, sizeof err->message);
  jbyteArray message;
  jobject exception = NULL;
  if ((*jenv)->ExceptionCheck(jenv)) return;
  message = (*jenv)->NewByteArray(jenv, size);
  if (message == NULL) return;
  (*jenv)->SetByteArrayRegion(jenv, message, 0, size, (const jbyte*)err->message);
  exception = (*jenv)->NewObject(jenv, weirj.exception, weirj.exception_init, (jint)status, (jint)err->os_error, message);
  if (exception != NULL) (*jenv)->Throw(jenv, (jthrowable)exception);
}

/* A Java array outside the heap while C uses it: small ones on the stack. Never a critical region,
 * which would stop the garbage collector for as long as the call blocks. */
typedef struct weirj_array {
  void* data;
  size_t count;
  int64_t small[512];
} weirj_array;

static void weirj_room(JNIEnv* jenv, jarray from, size_t width, weirj_array* array) {
  array->data = NULL;
  array->count = 0;
  if (from == NULL || (*jenv)->ExceptionCheck(jenv)) return;
  const size_t count = (size_t)(*jenv)->GetArrayLength(jenv, from);
  array->data = count * width <= sizeof array->small ? array->small : malloc(count * width);
  if (array->data == NULL)
    SWIG_JavaThrowException(jenv, SWIG_JavaOutOfMemoryError, "no native memory for an array");
  else
    array->count = count;
}

static void weirj_bytes(JNIEnv* jenv, jbyteArray from, weirj_array* array) {
  weirj_room(jenv, from, 1, array);
  if (array->count != 0) (*jenv)->GetByteArrayRegion(jenv, from, 0, (jsize)array->count, (jbyte*)array->data);
}

static void weirj_ints(JNIEnv* jenv, jintArray from, weirj_array* array) {
  weirj_room(jenv, from, sizeof(jint), array);
  if (array->count != 0) (*jenv)->GetIntArrayRegion(jenv, from, 0, (jsize)array->count, (jint*)array->data);
}

static void weirj_longs(JNIEnv* jenv, jlongArray from, weirj_array* array) {
  weirj_room(jenv, from, sizeof(jlong), array);
  if (array->count != 0) (*jenv)->GetLongArrayRegion(jenv, from, 0, (jsize)array->count, (jlong*)array->data);
}

static void weirj_give_longs(JNIEnv* jenv, jlongArray to, const weirj_array* array) {
  if (array->count == 0 || (*jenv)->ExceptionCheck(jenv)) return;
  (*jenv)->SetLongArrayRegion(jenv, to, 0, (jsize)array->count, (const jlong*)array->data);
}

static void weirj_release(weirj_array* array) {
  if (array->data != array->small) free(array->data);
}
%}

// Widths. Every number of the C API that is 64 bits wide stays below 2^63.
%apply long long { size_t, uint64_t };
%apply int { uint32_t };

%typemap(jni) weir_store*, weir_queue*, weir_messages*, const weir_messages* "jlong"
%typemap(jtype) weir_store*, weir_queue*, weir_messages*, const weir_messages* "long"
%typemap(jstype) weir_store*, weir_queue*, weir_messages*, const weir_messages* "long"
%typemap(javain) weir_store*, weir_queue*, weir_messages*, const weir_messages* "$javainput"
%typemap(in) weir_store*, weir_queue*, weir_messages*, const weir_messages* %{ $1 = ($1_ltype)(intptr_t)$input; %}

%typemap(jni) weir_status "jlong"
%typemap(jtype) weir_status "long"
%typemap(jstype) weir_status "long"
%typemap(javaout) weir_status { return $jnicall; }
%typemap(out) weir_status %{ $result = (jlong)$1; %}
%typemap(argout) weir_store** out, weir_queue** out, weir_messages** out
  %{ if (result == WEIR_OK) $result = (jlong)(intptr_t)*$1; %}
%typemap(argout) uint64_t* out_count, uint64_t* out_sequence %{ if (result >= 0) $result = (jlong)*$1; %}
%typemap(argout) weir_error* err %{ if (result < 0) weirj_throw(jenv, result, $1); %}
// weir_status_name takes a status, which is no result there.
%typemap(jni) weir_status status "jint"
%typemap(jtype) weir_status status "int"
%typemap(jstype) weir_status status "int"

// Names and URLs: UTF-8 with a zero byte at the end, made in Java (see weirj_throw for why).
%typemap(jni) const char* url, const char* name "jbyteArray"
%typemap(jtype) const char* url, const char* name "byte[]"
%typemap(jstype) const char* url, const char* name "byte[]"
%typemap(javain) const char* url, const char* name "$javainput"
%typemap(in) const char* url (weirj_array text), const char* name (weirj_array text)
  %{ weirj_bytes(jenv, $input, &text); $1 = (char*)text.data; %}
%typemap(freearg) const char* url, const char* name %{ weirj_release(&text$argnum); %}

%typemap(jni) (const void* data, size_t data_size) "jbyteArray"
%typemap(jtype) (const void* data, size_t data_size) "byte[]"
%typemap(jstype) (const void* data, size_t data_size) "byte[]"
%typemap(javain) (const void* data, size_t data_size) "$javainput"
%typemap(in) (const void* data, size_t data_size) (weirj_array bytes)
  %{ weirj_bytes(jenv, $input, &bytes); $1 = bytes.data; $2 = bytes.count; %}
%typemap(freearg) (const void* data, size_t data_size) %{ weirj_release(&bytes$argnum); %}

%typemap(jni) (const uint32_t* sizes, size_t count) "jintArray"
%typemap(jtype) (const uint32_t* sizes, size_t count) "int[]"
%typemap(jstype) (const uint32_t* sizes, size_t count) "int[]"
%typemap(javain) (const uint32_t* sizes, size_t count) "$javainput"
%typemap(in) (const uint32_t* sizes, size_t count) (weirj_array ints)
  %{ weirj_ints(jenv, $input, &ints); $1 = ($1_ltype)ints.data; $2 = ints.count; %}
%typemap(freearg) (const uint32_t* sizes, size_t count) %{ weirj_release(&ints$argnum); %}

%typemap(jni) (const uint64_t* ids, size_t count), (int64_t* slots, size_t slot_count) "jlongArray"
%typemap(jtype) (const uint64_t* ids, size_t count), (int64_t* slots, size_t slot_count) "long[]"
%typemap(jstype) (const uint64_t* ids, size_t count), (int64_t* slots, size_t slot_count) "long[]"
%typemap(javain) (const uint64_t* ids, size_t count), (int64_t* slots, size_t slot_count) "$javainput"
%typemap(in) (const uint64_t* ids, size_t count) (weirj_array longs), (int64_t* slots, size_t slot_count) (weirj_array longs)
  %{ weirj_longs(jenv, $input, &longs); $1 = ($1_ltype)longs.data; $2 = longs.count; %}
%typemap(argout) (int64_t* slots, size_t slot_count) %{ weirj_give_longs(jenv, $input, &longs$argnum); %}
%typemap(freearg) (const uint64_t* ids, size_t count), (int64_t* slots, size_t slot_count)
  %{ weirj_release(&longs$argnum); %}

// Functions that take arrays are not called when there was no memory for one of them.
%define %weirj_takes_arrays(function)
%exception function %{
  if ((*jenv)->ExceptionCheck(jenv)) {
    result = WEIR_E_NO_MEMORY;
  } else {
    $action
  }
%}
%enddef
%weirj_takes_arrays(weirll_store_open)
%weirj_takes_arrays(weirll_queue_open)
%weirj_takes_arrays(weirll_queue_push_many)
%weirj_takes_arrays(weirll_messages_facts)
%weirj_takes_arrays(weir_queue_ack_many)

%typemap(in, numinputs=0) JNIEnv* jenv_ %{ $1 = jenv; %}
%typemap(jni) jobjectArray "jobjectArray"
%typemap(jtype) jobjectArray "byte[][]"
%typemap(jstype) jobjectArray "byte[][]"
%typemap(javaout) jobjectArray { return $jnicall; }
%typemap(out) jobjectArray %{ $result = $1; %}

%inline %{
/* The bytes of every message, each copied once. NULL with an exception pending when memory runs out. */
jobjectArray weirj_messages_data(JNIEnv* jenv_, const weir_messages* messages) {
  const size_t count = weir_messages_count(messages);
  jobjectArray all = (*jenv_)->NewObjectArray(jenv_, (jsize)count, weirj.bytes, NULL);
  size_t i;
  for (i = 0; all != NULL && i < count; i++) {
    const weir_message* message = weir_messages_at(messages, i);
    const jsize size = (jsize)weir_message_size(message);
    jbyteArray bytes = (*jenv_)->NewByteArray(jenv_, size);
    if (bytes == NULL) return NULL;
    (*jenv_)->SetByteArrayRegion(jenv_, bytes, 0, size, (const jbyte*)weir_message_data(message));
    (*jenv_)->SetObjectArrayElement(jenv_, all, (jsize)i, bytes);
    (*jenv_)->DeleteLocalRef(jenv_, bytes);
  }
  return all;
}
%}
