#include "engine/queue/properties.h"

#include <gtest/gtest.h>

namespace weir::queue {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

TEST(EncodeOptions, nothing_is_stored_as_nothing) {
  const Headers none;
  PushOptions options;
  options.headers = &none;

  EXPECT_TRUE(encode_options(options).value().empty());
}

TEST(EncodeOptions, a_content_type_may_have_255_bytes_and_no_more) {
  const std::string text(256, 't');
  PushOptions options;
  options.content_type = std::string_view(text).substr(1);
  EXPECT_TRUE(encode_options(options).ok());

  options.content_type = text;
  EXPECT_EQ(encode_options(options).status().code(), Code::kTooLarge);
}

TEST(EncodeOptions, headers_beyond_what_a_record_can_say_are_too_large) {
  const Headers headers{{"name", std::string(format::kPropertiesBytesMax, 'v')}};
  PushOptions options;
  options.headers = &headers;

  EXPECT_EQ(encode_options(options).status().code(), Code::kTooLarge);
}

}  // namespace
}  // namespace weir::queue
