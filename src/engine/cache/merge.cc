#include "engine/cache/merge.h"

#include "engine/cache/value.h"

namespace weir::cache {

namespace {

using format::DocumentView;
using format::DocumentWriter;
using format::ValueReader;
using format::ValueSpan;
using format::ValueType;
using format::ValueView;

// The depth is bounded by the writer, which refuses what is too deep and whatever comes after.
class Merger {
 public:
  explicit Merger(DocumentWriter* writer) : writer_(*writer) {}

  void merge_object(const ValueSpan& target, const ValueSpan& patch) {
    FieldTable changes(patch);
    check(changes.bad());
    ValueReader fields(target);
    std::string_view name;
    ValueView value;
    while (!writer_.failed() && fields.next(&name, &value)) {
      FieldTable::Field* change = changes.find(name);
      if (change == nullptr) {
        writer_.name(name);
        writer_.add(value);
        continue;
      }
      change->used = true;
      add_change(name, change->value, value);
    }
    check(fields.bad());
    for (const FieldTable::Field& change : changes.fields()) {
      if (writer_.failed()) return;
      if (!change.used) add_change(change.name, change.value, ValueView());
    }
  }

 private:
  void check(bool bad) {
    if (bad) writer_.refuse(Code::kCorrupt, "a document's value is out of range");
  }

  void add_change(std::string_view name, const ValueView& change, const ValueView& before) {
    if (change.type() == ValueType::kNull) return;
    writer_.name(name);
    if (change.type() != ValueType::kObject) return writer_.add(change);
    // What was no object counts as an empty one, so that nulls inside the change vanish.
    const bool both = before.type() == ValueType::kObject;
    writer_.begin_object();
    if (writer_.failed()) return;
    merge_object(both ? before.children() : ValueSpan(), change.children());
    writer_.end();
  }

  DocumentWriter& writer_;
};

Status check_protected(const DocumentView& document, const DocumentView& patch,
                       std::span<const std::string> names) {
  for (const std::string& name : names) {
    ValueView change;
    if (!patch.fields().find(name, &change)) continue;
    ValueView before;
    const bool there = document.fields().find(name, &before);
    if (there ? equal(before, change) : change.type() == ValueType::kNull) continue;
    return {Code::kInvalidArgument, text("the field ", quoted(name), " cannot be changed")};
  }
  return {};
}

}  // namespace

Result<ByteView> merge_patch(ByteView document, ByteView patch,
                             std::span<const std::string> protected_names, uint64_t bytes_max,
                             DocumentWriter* writer) {
  WEIR_ASSIGN(const DocumentView before, DocumentView::open(document));
  WEIR_ASSIGN(const DocumentView changes, DocumentView::open(patch));
  WEIR_TRY(check_protected(before, changes, protected_names));
  writer->begin();
  Merger(writer).merge_object(before.span(), changes.span());
  return writer->finish(bytes_max);
}

}  // namespace weir::cache
