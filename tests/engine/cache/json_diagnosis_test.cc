#include "engine/cache/json_diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/cache/samples.h"

namespace weir::cache {
namespace {

// json_test.cc has the mistakes one by one, as users meet them.
TEST(JsonDiagnosis, FindsNoMistakeInGoodText) {
  Prng prng(11);
  for (int i = 0; i < 5000; ++i) {
    const std::string json = samples::random_object(prng, 5).dump(prng.one_in(2) ? 1 : -1);
    const Status status = diagnose_json(json, "the reason given");
    ASSERT_EQ(status.code(), Code::kInvalidArgument);
    ASSERT_THAT(std::string(status.message()), testing::EndsWith("the reason given")) << json;
  }
}

TEST(JsonDiagnosis, FindsAPlaceInBrokenText) {
  Prng prng(12);
  for (int i = 0; i < 20000; ++i) {
    std::string json = samples::random_object(prng, 4).dump();
    const size_t at = prng.below(json.size());
    json[at] = "{}[]\",:\\0e-.x\x01\xFF"[prng.below(15)];
    if (nlohmann::json::accept(json)) continue;
    ASSERT_THAT(std::string(diagnose_json(json, "?").message()), testing::HasSubstr(" at byte "))
        << json;
  }
}

}  // namespace
}  // namespace weir::cache
