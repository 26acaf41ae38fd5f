#include "engine/cache/content.h"

#include "engine/cache/json.h"
#include "engine/cache/merge.h"
#include "engine/cache/path.h"

namespace weir::cache {

namespace {

struct Buffers {
  JsonReader reader;
  JsonWriter text;
  format::DocumentWriter document;
  format::DocumentWriter patch;
};

Buffers& buffers() {
  thread_local Buffers mine;
  return mine;
}

}  // namespace

Result<ByteView> stored_form(std::string_view json, uint64_t bytes_max) {
  return buffers().reader.read(json, bytes_max, &buffers().document);
}

Result<ByteView> patched(ByteView stored, std::string_view patch, uint64_t bytes_max) {
  WEIR_ASSIGN(const ByteView changes, buffers().reader.read(patch, bytes_max, &buffers().patch));
  return merge_patch(stored, changes, {}, bytes_max, &buffers().document);
}

Result<Filter> parse_filter(std::string_view json) {
  return Filter::parse(json, &buffers().reader);
}

Status give_out_as_json(Documents* documents) {
  for (size_t i = 0; i < documents->count(); ++i) {
    const Document& one = documents->at(i);
    if (one.missing || one.form != format::DocumentForm::kDocument) continue;
    Result<std::string_view> json = buffers().text.write(one.payload);
    if (!json.ok()) {
      return {json.status().code(),
              text("document ", weir::quoted(one.key), ": ", json.status().message())};
    }
    documents->replace_payload(i, as_bytes(json.value()));
  }
  return {};
}

Result<std::string> field_as_json(ByteView stored, std::string_view path) {
  WEIR_ASSIGN(const Path parsed, Path::parse(path));
  WEIR_ASSIGN(const format::DocumentView document, format::DocumentView::open(stored));
  // One value is written as the only field of a document, and the text around it left out.
  constexpr std::string_view kName = "v";
  format::DocumentWriter& one = buffers().document;
  one.begin();
  bool bad = false;
  const bool found = parsed.visit(document, &bad, [&](const format::ValueView& value) {
    one.name(kName);
    one.add(value);
    return true;
  });
  if (!found) {
    if (bad) return Status(Code::kCorrupt, "the document's bytes make no sense");
    return Code::kNotFound;
  }
  WEIR_ASSIGN(const ByteView bytes, one.finish());
  WEIR_ASSIGN(const std::string_view json, buffers().text.write(bytes));
  constexpr size_t kBefore = 5;  // {"v":
  return std::string(json.substr(kBefore, json.size() - kBefore - 1));
}

}  // namespace weir::cache
