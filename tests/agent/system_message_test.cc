#include "agent/system_message.h"

#include <gmock/gmock.h>

namespace postern {
namespace {

TEST(SystemMessageTest, IsOneLineWithoutFullStop) {
  for (const auto& error : {std::error_code(5, std::system_category()), std::error_code(2, std::generic_category()),
                            std::error_code(1'999'999, std::system_category())}) {
    const auto text = systemMessage(error);
    EXPECT_FALSE(text.empty());
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("\n")));
    EXPECT_FALSE(text.ends_with('.')) << text;
  }
}

}  // namespace
}  // namespace postern
