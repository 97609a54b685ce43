// If these fail, clients read another error than the one that happened.
#include "proto/api/errors.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(ApiErrors, KnowCodeAndText) {
  EXPECT_EQ(api_error(ApiErrorCode::kStreamNotFound),
            (ApiError{404, ApiErrorCode::kStreamNotFound, "stream not found"}));
  EXPECT_EQ(static_cast<int>(ApiErrorCode::kStreamNotFound), 10059);
  EXPECT_EQ(static_cast<int>(ApiErrorCode::kSourceConsumerFlowControlStalled), 10228);
  EXPECT_EQ(http_code(ApiErrorCode::kStreamInvalidConfig), 500);
}

TEST(ApiErrors, FillPlaceholdersInOrder) {
  EXPECT_EQ(api_error(ApiErrorCode::kStreamWrongLastSequence, {"17"}).description,
            "wrong last sequence: 17");
  EXPECT_EQ(api_error(ApiErrorCode::kStreamExternalApiOverlap, {"a", "b{c}"}).description,
            "stream external api prefix a must not overlap with b{c}");
  EXPECT_EQ(api_error(ApiErrorCode::kStreamInvalidConfig, {"with {braces} inside"}).description,
            "with {braces} inside");
  EXPECT_EQ(api_error(ApiErrorCode::kBadRequest, {"unused"}).description, "bad request");
}

TEST(ApiErrors, UnknownCodesHaveNoText) {
  EXPECT_EQ(http_code(ApiErrorCode::kNone), 0);
  EXPECT_EQ(description_template(static_cast<ApiErrorCode>(10229)), "");
  EXPECT_EQ(description_template(static_cast<ApiErrorCode>(10001)), "");
}

}  // namespace
}  // namespace leat
