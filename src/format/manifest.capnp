# One slot of the manifest: where a store begins.
# FORMAT.md is the normative text. Fields are only ever added at the end of a struct.
@0x8d20796b945c4e60;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("weir::format::schema");

struct Manifest {
  generation @0 :UInt64;
  uuidLow @1 :UInt64;  # bytes 0 to 7 of the store's uuid, little-endian
  uuidHigh @2 :UInt64;  # bytes 8 to 15
  cutFileId @3 :UInt64;  # replay starts with this log file
  nextFileId @4 :UInt64;
  stateBytes @5 :UInt64;
  stateCrc @6 :UInt32;
  stateSlot @7 :UInt8;  # 0 or 1
  clean @8 :Bool;  # closed in order
  durableFileId @9 :UInt64;  # the log was synced up to here
  durableOffset @10 :UInt64;
  nextGroup @11 :UInt64;
  deletes @12 :List(UInt64);  # files to unlink
}
