# The footer of a segment: the body of its last frame lists all the frames before it.
# FORMAT.md is the normative text. Fields are only ever added at the end of a struct.
@0xae8012d5d9d839b0;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("weir::format::schema");

struct Footer {
  frames @0 :List(Frame);  # in the order of their offsets
}

struct Frame {
  streamId @0 :UInt32;
  recordCount @1 :UInt32;
  first @2 :UInt64;  # smallest and largest number
  last @3 :UInt64;
  offset @4 :UInt64;  # from the beginning of the file
  bytes @5 :UInt64;  # header, body and padding
}
