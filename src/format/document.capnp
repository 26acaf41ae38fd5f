# A document: the values of an object in four columns, so that a field is found without decoding the others, and so that
# documents of one shape have the same bytes in the first two columns (which is what makes them small under zstd).
# FORMAT.md is the normative text. Fields are only ever added at the end of a struct.
@0xc3a4f0b8d2716e95;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("weir::format::schema");

struct Document {
  nodes @0 :List(UInt16);  # a value each, parents before their children: kind, and 256 x bytes of its name
  names @1 :Data;  # names of fields, one after the other
  numbers @2 :Data;  # per value what its kind asks for: integers, lengths of texts, sizes of containers
  texts @3 :Data;  # UTF-8, one after the other
}
