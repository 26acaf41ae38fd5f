// What crosses the border to Java, Go and C#. The module's name comes from the command line.
//
// Keep this file as it is: SWIG puts a hash of its text (not of the files it includes) into the names
// of the Go wrappers, so every edit here rewrites all of bindings/go/internal/raw.
%module weir

%include "common.i"

%include <weir/base.h>
%include <weir/message.h>
%include <weir/store.h>
%include <weir/queue.h>
%include <weir/batch.h>
