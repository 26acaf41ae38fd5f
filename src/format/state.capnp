# The state file: the catalog, what is dead, facts and the list of segments, as of a checkpoint.
# FORMAT.md is the normative text. Fields are only ever added at the end of a struct.
@0xbf48b1faf5178f4b;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("weir::format::schema");

struct State {
  generation @0 :UInt64;  # of the manifest that names this file
  nextStreamId @1 :UInt32;  # never given out before
  streams @2 :List(Stream);
  segments @3 :List(Segment);
  adopted @4 :List(AdoptedLog);
}

struct Stream {
  streamId @0 :UInt32;
  engine @1 :UInt8;
  kind @2 :UInt8;
  name @3 :Text;  # 1 to 255 bytes
  nextNumber @4 :UInt64;
  ceiling @5 :UInt64;  # numbers below may have been given out before their sync
  floor @6 :UInt64;  # every number below is dead
  dead @7 :List(Interval);  # ascending and disjoint, like the gaps
  gaps @8 :List(Interval);  # given out and lost, or skipped: no record has them
  facts @9 :List(Fact);
}

struct Interval {
  first @0 :UInt64;
  last @1 :UInt64;
}

struct Fact {
  key @0 :Data;
  value @1 :Data;
}

struct Segment {
  fileId @0 :UInt64;
  salt @1 :UInt64;
  bytes @2 :UInt64;  # of the whole file
  footerOffset @3 :UInt64;
  footerCrc @4 :UInt32;  # of the footer's frame header: the checksum in the referrer
}

# A log file before the cut that still holds live records, because the disk had no room for a segment.
struct AdoptedLog {
  fileId @0 :UInt64;
  salt @1 :UInt64;
  bytes @2 :UInt64;  # where its last group ends
  slot @3 :UInt32;  # wal-NN
}
