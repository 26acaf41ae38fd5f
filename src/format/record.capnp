# What a message carries beside its payload: the bytes between a record's header and its payload.
# FORMAT.md is the normative text. Fields are only ever added at the end of a struct.
@0x9a012b0417ccf347;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("weir::format::schema");

struct Properties {
  contentType @0 :Text;  # up to 255 bytes; empty: none
  headers @1 :List(Header);  # in the order in which they were set
  producerId @2 :UInt64;  # 0: none
  producerSequence @3 :UInt64;
  key @4 :Data;  # of a log's record; empty: none
}

struct Header {
  name @0 :Text;  # 1 to 255 bytes
  value @1 :Data;
}
