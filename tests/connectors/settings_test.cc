// What `postern config check` must tell of real connectors and links, before any secret is read or any call made.
#include <gtest/gtest.h>

#include "agent/settings.h"
#include "connectors/registry.h"

namespace postern {
namespace {

const std::string kProfacto =
    "[system.erp]\nconnector = profacto\nurl = http://erp:8080\nconfirmed_status = 3\ntoken = secret:t\n";
const std::string kAccountView =
    "[system.erp]\nconnector = accountview\nclient_id = c\nclient_secret = secret:s\nrefresh_token = secret:r\n"
    "company = X\n";
const std::string kCraftboxx =
    "[system.app]\nconnector = craftboxx\nemail = sync@tischlerei.example\npassword = secret:p\n";
const std::string kCrafter = "[system.app]\nconnector = crafter\nurl = https://crafter.example\ntoken = secret:t\n";
const std::string kLink = "[link.main]\nerp = erp\napp = app\n";

struct Case {
  std::string text;
  const char* code;  // "" = good
};

const Case kCases[] = {
    {kProfacto + kCraftboxx + kLink, ""},
    {kAccountView + kCrafter + kLink, ""},
    {kProfacto + kCraftboxx + "url = http://127.0.0.1:8080\n" + kLink, ""},
    {kProfacto + kCraftboxx + "url = http://[::1]:8080\n" + kLink, ""},
    {kProfacto + kCraftboxx + "url = http://craftboxx.example\n" + kLink, "PST-1043"},
    {kProfacto + kCraftboxx + "url = http://127.0.0.1.evil.example\n" + kLink, "PST-1043"},
    {kProfacto + kCraftboxx + "url = http://localhost.evil.example/\n" + kLink, "PST-1043"},
    {kAccountView + "token_url = http://accountview.example/token\n" + kCrafter + kLink, "PST-1043"},
    {kAccountView + "[system.app]\nconnector = crafter\nurl = http://crafter.example\ntoken = t\n" + kLink, "PST-1043"},
    {kAccountView + "[system.app]\nconnector = crafter\nurl = https://crafter.example\n" + kLink, "PST-8221"},
    {"[system.erp]\nconnector = accountview\nclient_id = c\nclient_secret = s\nrefresh_token = plain\n" + kCrafter +
         kLink,
     "PST-1110"},
    {kProfacto + "[system.app]\nconnector = craftboxx\nemail = sync@tischlerei.example\n" + kLink, "PST-4000"},
    {"[system.erp]\nconnector = profacto\nurl = http://erp:8080\nconfirmed_status = 3\n" + kCraftboxx + kLink,
     "PST-3040"},
    {kProfacto + "[fields.erp]\ncustomer.number = \"\"\n" + kCraftboxx + kLink, "PST-3001"},
    {kProfacto + kCraftboxx + kLink + "flow.projects = both\n", "PST-1045"},
    {kProfacto + "token.projects_write = secret:w\n" + kCraftboxx + kLink + "flow.projects = both\n", ""},
    {kProfacto + kCraftboxx + kLink + "own_status = 45:SHEDULED\n", "PST-5001"},
    {kProfacto + kCraftboxx + kLink + "default_country = Deutschland\n", "PST-5003"},
    {kAccountView + kCrafter + kLink + "import_orders_from = 31.12.2025\n", "PST-5010"},
    {kAccountView + kCrafter + kLink + "location_name = {nmae}\n", "PST-5012"},
};

TEST(RealSettingsTest, AreJudgedBeforeTheFirstCall) {
  for (const auto& one : kCases) {
    try {
      Settings::parse("[agent]\ntime_zone = Europe/Berlin\n" + one.text, "postern.ini", registry());
      EXPECT_STREQ(one.code, "") << one.text;
    } catch (const ConfigError& e) {
      EXPECT_STREQ(e.code(), one.code) << one.text << e.place() << ' ' << e.cause(Language::En);
      EXPECT_TRUE(e.place().starts_with("postern.ini:")) << e.place() << one.text;
    }
  }
}

}  // namespace
}  // namespace postern
