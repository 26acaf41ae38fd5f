// A plain JSON scanner (RFC 8259) without recursion: it only has to find the first mistake.
#include "engine/cache/json_diagnosis.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "engine/cache/utf8.h"
#include "format/document_codec.h"

namespace weir::cache {

namespace {

constexpr size_t kShownBytes = 40;

class Scanner {
 public:
  explicit Scanner(std::string_view json) : json_(json) {}

  // Empty: no mistake found.
  std::string run() {
    check_utf8();
    if (!found() && skip_space() == '\0' && at_end()) return "the text is empty";
    while (!found() && step()) {
    }
    if (!found()) {
      skip_space();
      if (!at_end()) say("more text after the document");
    }
    return mistake_;
  }

 private:
  bool found() const { return !mistake_.empty(); }
  bool at_end() const { return at_ == json_.size(); }
  char peek() const { return at_end() ? '\0' : json_[at_]; }
  void say(std::string_view what) {
    if (!found()) mistake_ = text(what, " at byte ", uint64_t{at_});
  }
  void say_token(std::string_view what, size_t from) {
    const std::string token(json_.substr(from, std::min(at_ - from, kShownBytes)));
    at_ = from;
    say(text(what, " ", quoted(token)));
  }

  void check_utf8() {
    size_t bad = 0;
    if (is_utf8(json_, &bad)) return;
    at_ = bad;
    say("no valid UTF-8");
  }

  char skip_space() {
    while (!at_end() && std::string_view(" \t\r\n").find(json_[at_]) != std::string_view::npos) {
      ++at_;
    }
    return peek();
  }

  // One value, or the beginning of one, and all that closes behind it. False at the end of the document.
  bool step() {
    const char c = skip_space();
    if (c == '{' || c == '[') {
      open_.push_back(c);
      if (open_.size() > format::kDocumentDepthMax) {
        say(text("objects and lists deeper than ", format::kDocumentDepthMax));
        return false;
      }
      ++at_;
      if (skip_space() != (c == '{' ? '}' : ']')) return c == '[' || name();
    } else {
      value(c);
    }
    return !found() && after_value();
  }

  bool name() {
    if (skip_space() != '"') {
      say("a field's name was expected");
      return false;
    }
    string();
    if (found()) return false;
    if (skip_space() != ':') {
      say("':' was expected");
      return false;
    }
    ++at_;
    return true;
  }

  // True: another value follows.
  bool after_value() {
    while (!open_.empty()) {
      const bool object = open_.back() == '{';
      const char c = skip_space();
      if (c == ',') {
        ++at_;
        return !object || name();
      }
      if (c != (object ? '}' : ']')) {
        say(at_end() ? "the text ends inside a document"
                     : (object ? "',' or '}' was expected" : "',' or ']' was expected"));
        return false;
      }
      ++at_;
      open_.pop_back();
    }
    return false;
  }

  void value(char c) {
    if (c == '"') return string();
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    if (at_end()) return say("the text ends where a value was expected");
    const size_t from = at_;
    while (!at_end() && std::isalnum(static_cast<unsigned char>(json_[at_]))) ++at_;
    const std::string_view word = json_.substr(from, at_ - from);
    if (word == "null" || word == "true" || word == "false") return;
    if (word == "NaN" || word == "nan") return say_token("no number:", from);
    if (word == "Infinity" || word == "inf") return say_token("an infinite number:", from);
    if (word.empty()) return say("a value was expected");
    say_token("an unknown word", from);
  }

  void string() {
    const size_t from = at_++;
    while (!at_end() && json_[at_] != '"') {
      if (static_cast<unsigned char>(json_[at_]) < 0x20)
        return say("a control character in a text");
      if (json_[at_] == '\\') {
        escape();
        if (found()) return;
      } else {
        ++at_;
      }
    }
    if (at_end()) {
      at_ = from;
      return say("a text without an end begins");
    }
    ++at_;
  }

  // -1: no four hexadecimal digits here.
  int hex4() {
    if (json_.size() - at_ < 4) return -1;
    uint32_t unit = 0;  // of a type without a sign, or "-1" would be a number
    const char* end = json_.data() + at_ + 4;
    const auto parsed = std::from_chars(json_.data() + at_, end, unit, 16);
    if (parsed.ptr != end) return -1;
    at_ += 4;
    return static_cast<int>(unit);
  }

  void escape() {
    const size_t from = at_++;
    const char c = peek();
    ++at_;
    if (c != 'u') {
      if (c == '\0' || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
        at_ = from;
        say("an unknown escape");
      }
      return;
    }
    const int unit = hex4();
    bool good = unit >= 0 && (unit < 0xDC00 || unit > 0xDFFF);
    if (good && unit >= 0xD800 && unit <= 0xDBFF) {
      good = json_.substr(at_, 2) == "\\u";
      if (good) at_ += 2;
      const int second = good ? hex4() : -1;
      good = second >= 0xDC00 && second <= 0xDFFF;
    }
    if (good) return;
    at_ = from;
    say("an escape that is no character");
  }

  size_t digits() {
    const size_t from = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ - from;
  }

  void number() {
    const size_t from = at_;
    const bool negative = peek() == '-';
    if (negative) ++at_;
    if (json_.substr(at_).starts_with("Inf")) {
      while (std::isalpha(static_cast<unsigned char>(peek()))) ++at_;
      return say_token("an infinite number:", from);
    }
    const bool zero = peek() == '0';
    const size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return say_token("no valid number:", from);
    bool is_integer = true;
    if (peek() == '.') {
      is_integer = false;
      ++at_;
      if (digits() == 0) return say_token("no valid number:", from);
    }
    if (peek() == 'e' || peek() == 'E') {
      is_integer = false;
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (digits() == 0) return say_token("no valid number:", from);
    }
    check_range(from, is_integer, negative);
  }

  void check_range(size_t from, bool is_integer, bool negative) {
    const char* begin = json_.data() + from;
    const char* end = json_.data() + at_;
    if (is_integer) {
      int64_t with_sign = 0;
      uint64_t without = 0;
      const auto parsed =
          negative ? std::from_chars(begin, end, with_sign) : std::from_chars(begin, end, without);
      if (parsed.ec != std::errc()) say_token("an integer beyond 64 bits:", from);
      return;
    }
    double value = 0;
    const auto parsed = std::from_chars(begin, end, value);
    // from_chars says the same of what is too small, which is a zero.
    if (parsed.ec == std::errc::result_out_of_range && !is_tiny(begin, end)) {
      say_token("a number beyond a double:", from);
    }
  }

  // Out of range, so its first digit that is no zero tells: behind the point or with a negative exponent it is small.
  static bool is_tiny(const char* begin, const char* end) {
    const std::string_view number(begin, static_cast<size_t>(end - begin));
    const size_t e = number.find_first_of("eE");
    if (e != std::string_view::npos) return number[e + 1] == '-';
    return number.find_first_of("123456789") > number.find('.');
  }

  std::string_view json_;
  size_t at_ = 0;
  std::vector<char> open_;
  std::string mistake_;
};

}  // namespace

Status diagnose_json(std::string_view json, std::string_view reason) {
  const std::string mistake = Scanner(json).run();
  return {Code::kInvalidArgument,
          text("the JSON text is refused: ", mistake.empty() ? reason : mistake)};
}

}  // namespace weir::cache
