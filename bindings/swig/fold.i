// How a failure reaches Go and C#: folded into the 64-bit result, because neither can get a second
// value out of the same native call through SWIG.
//
//   -4095 .. -1  the status itself, when there was no memory for more
//   below        minus the address of a copy of the error, which weirll_error_free frees

%{
static int64_t weirll_fold(weir_status status, const weir_error* err) {
  weir_error* copy = (weir_error*)malloc(sizeof *copy);
  if (copy == NULL) return status;
  *copy = *err;
  copy->status = status;
  return -(int64_t)(intptr_t)copy;
}

static const weir_error* weirll_unfold(int64_t result) {
  return result < -4095 ? (const weir_error*)(intptr_t)-result : NULL;
}
%}

%inline %{
int32_t weirll_error_status(int64_t result) {
  const weir_error* err = weirll_unfold(result);
  return err != NULL ? err->status : (int32_t)result;
}

int32_t weirll_error_os_error(int64_t result) {
  const weir_error* err = weirll_unfold(result);
  return err != NULL ? err->os_error : 0;
}

/* Never empty: the length-0 case of SWIG's string conversion for Go reads past its array. */
const char* weirll_error_message(int64_t result) {
  const weir_error* err = weirll_unfold(result);
  return err != NULL && err->message[0] != 0 ? err->message : weir_status_name(weirll_error_status(result));
}

void weirll_error_free(int64_t result) { free((void*)weirll_unfold(result)); }
%}
