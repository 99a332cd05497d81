// Broken settings files: which line is named, with which code and words.

#include <gmock/gmock.h>

#include "agent/settings.h"
#include "tests/support/fake_registry.h"
#include "tests/support/this_system.h"

namespace postern {
namespace {

struct Broken {
  const char* text;
  int line;
  const char* code;
  const char* cause;
};

// Two good systems, 8 lines.
#define SYSTEMS "[system.erp]\nconnector=alpha\nurl=http://erp\n\n[system.app]\nconnector=beta\nemail=m\npassword=p\n"
#define ERP "[system.erp]\nconnector=alpha\nurl=http://erp\n"  // 3 lines

const Broken kBroken[] = {
    // Form
    {"[agent]\nlanguage = \xE9\n", 2, "PST-1003", "The line is not valid UTF-8."},
    {"\xFF\xFE[\0", 1, "PST-1003", "The line is not valid UTF-8."},
    {"; \xC0\xAF overlong\n", 1, "PST-1003", "The line is not valid UTF-8."},
    {"; \xED\xA0\x80 surrogate\n", 1, "PST-1003", "The line is not valid UTF-8."},
    {"[agent]\n\nlanguage = de\rproxy = none\n", 3, "PST-1004", "The line contains a control character."},
    {"[agent]\nlanguage de\n", 2, "PST-1005", "The line is neither a section nor a key with '='."},
    {"[agent]\nhunter2secret\n", 2, "PST-1005", "The line is neither a section nor a key with '='."},
    {"[agent]\n = de\n", 2, "PST-1006", "There is no key before '='."},
    {"[agent\nlanguage = de\n", 1, "PST-1007", "The section is not written as '[name]'."},
    {"[agent] language = de\n", 1, "PST-1007", "The section is not written as '[name]'."},
    {"[agent];comment without a blank\n", 1, "PST-1007", "The section is not written as '[name]'."},
    {"; top\nlanguage = de\n", 2, "PST-1008", "The key 'language' stands before the first section."},
    {"[agent]\nlanguage = \"de\n", 2, "PST-1009", "The quotes around the value of 'language' do not match."},
    {"[agent]\nlanguage = \"de\" or nl\n", 2, "PST-1009", "The quotes around the value of 'language' do not match."},
    {"[agent]\nlanguage = \"de\";x\n", 2, "PST-1009", "The quotes around the value of 'language' do not match."},
    // Sections
    {"[agnet]\n", 1, "PST-1010", "The section [agnet] is not known; the nearest is [agent]."},
    {"[sytem.erp]\nconnector=alpha\n", 1, "PST-1010",
     "The section [sytem.erp] is not known; the nearest is [system.erp]."},
    {"[System.erp]\n", 1, "PST-1010", "The section [System.erp] is not known; the nearest is [system.erp]."},
    {"[mail]\n", 1, "PST-1011", "The section [mail] is not known."},
    {"[]\n", 1, "PST-1011", "The section [] is not known."},
    {"[agent.main]\n", 1, "PST-1011", "The section [agent.main] is not known."},
    {"[system]\n", 1, "PST-1012", "The section [system] has no valid name after the point."},
    {"[link.]\n", 1, "PST-1012", "The section [link.] has no valid name after the point."},
    {"[system.büro]\n", 1, "PST-1012", "The section [system.büro] has no valid name after the point."},
    {"[system.a.b]\n", 1, "PST-1012", "The section [system.a.b] has no valid name after the point."},
    {ERP "[agent]\n" ERP, 5, "PST-1013", "The section [system.erp] is there twice, first in line 1."},
    // Keys
    {"[agent]\nlanguage = de\nlog_level = debug\nlanguage = de\n", 4, "PST-1014",
     "The key 'language' is in [agent] twice, first in line 2."},
    {"[agent]\nlangauge = de\n", 2, "PST-1015",
     "The key 'langauge' is not known in [agent]; the nearest is 'language'."},
    {"[system.erp]\nconnector=alpha\nURL=http://erp\n", 3, "PST-1015",
     "The key 'URL' is not known in [system.erp]; the nearest is 'url'."},
    {SYSTEMS "[link.l]\nerp=erp\napp=app\nflw.customers=off\n", 12, "PST-1015",
     "The key 'flw.customers' is not known in [link.l]; the nearest is 'flow.customers'."},
    {ERP "[fields.erp]\nproject.proces_status=x\n", 5, "PST-1015",
     "The key 'project.proces_status' is not known in [fields.erp]; the nearest is 'project.process_status'."},
    {"[agent]\ninterval = 5m\n", 2, "PST-1016",
     "The key 'interval' is not known in [agent]; it belongs to [link.NAME]."},
    {ERP "language=de\n", 4, "PST-1016", "The key 'language' is not known in [system.erp]; it belongs to [agent]."},
    {ERP "email=m\n", 4, "PST-1016",
     "The key 'email' is not known in [system.erp]; it belongs to [system.NAME] (connector = beta)."},
    {ERP "project.changed=x\n", 4, "PST-1016",
     "The key 'project.changed' is not known in [system.erp]; it belongs to [fields.NAME] (connector = alpha)."},
    {SYSTEMS "work_code=3\n", 9, "PST-1016",
     "The key 'work_code' is not known in [system.app]; it belongs to [link.NAME] (alpha + beta)."},
    {"[agent]\nshoe_size = 43\n", 2, "PST-1017", "The key 'shoe_size' is not known in [agent]."},
    {"[agent]\nc2VjcmV0LXRva2VuLXRoYXQtd2FzLXBhc3RlZC1oZXJl==\n", 2, "PST-1017",
     "The key '…' is not known in [agent]."},
    {SYSTEMS "header.*=3\n", 9, "PST-1017", "The key 'header.*' is not known in [system.app]."},
    {"[system.erp]\nconnector=alpha\n", 1, "PST-1018", "The key 'url' is missing in [system.erp]."},
    {"\n[system.erp]\nurl=http://erp\n", 2, "PST-1018", "The key 'connector' is missing in [system.erp]."},
    {SYSTEMS "[link.l]\napp=app\n", 9, "PST-1018", "The key 'erp' is missing in [link.l]."},
    {"[agent]\nlanguage =\n", 2, "PST-1019", "The key 'language' has no value."},
    {"[agent]\nlanguage = ; de\n", 2, "PST-1019", "The key 'language' has no value."},
    {ERP "company =\n", 4, "PST-1019", "The key 'company' has no value."},
    {ERP "groups = ,,\n", 4, "PST-1019", "The key 'groups' has no value."},
    {ERP "token = \"\"\n", 4, "PST-1019", "The key 'token' has no value."},
    // Connectors and links
    {"[system.erp]\nconnector = alhpa\n", 2, "PST-1021", "The connector 'alhpa' is not known; the nearest is 'alpha'."},
    {"[system.erp]\nconnector = sap\nhost = x\n", 2, "PST-1020", "The connector 'sap' is not known."},
    {SYSTEMS "[link.l]\nerp=epr\napp=app\n", 10, "PST-1023",
     "The file has no section [system.epr]; the nearest is [system.erp]."},
    {SYSTEMS "[link.l]\nerp=erp\napp=cloud\n", 11, "PST-1022", "The file has no section [system.cloud]."},
    {SYSTEMS "[link.l]\nerp=erp\napp=erp\n", 9, "PST-1024",
     "There are no rules for the pair alpha (erp) and alpha (app)."},
    {SYSTEMS "[link.l]\nerp=app\napp=erp\n", 9, "PST-1025",
     "The link has beta as its erp and alpha as its app, but the pair is the other way round."},
    {SYSTEMS "[link.l]\nerp=erp\napp=app\nflows = customers hours\n", 12, "PST-1026", "The link has no flow 'hours'."},
    {SYSTEMS "[link.l]\nerp=erp\napp=app\nflow.hours = off\n", 12, "PST-1026", "The link has no flow 'hours'."},
    {SYSTEMS "[link.l]\nerp=erp\napp=app\nflow.articles = both\n", 12, "PST-1029",
     "The flow 'articles' cannot be 'both'."},
    {SYSTEMS "[link.l]\nerp=erp\napp=app\nflow.customers = to_erp_only\n", 12, "PST-1037",
     "The value 'to_erp_only' of 'flow.customers' is not one of: off, to_app, to_erp, both."},
    {SYSTEMS "[fields.epr]\n", 9, "PST-1027",
     "The section [fields.epr] belongs to no system: there is no [system.epr]."},
    // Values
    {ERP "slots = four\n", 4, "PST-1030", "The value 'four' of 'slots' is not a whole number."},
    {ERP "slots = 4.0\n", 4, "PST-1030", "The value '4.0' of 'slots' is not a whole number."},
    {ERP "any_number = 99999999999999999999\n", 4, "PST-1030",
     "The value '99999999999999999999' of 'any_number' is not a whole number."},
    {ERP "confirmed_status = 3 x 4\n", 4, "PST-1030", "The value 'x' of 'confirmed_status' is not a whole number."},
    {ERP "rate = 2,5\n", 4, "PST-1031", "The value '2,5' of 'rate' is not a number."},
    {ERP "rate = 1e3\n", 4, "PST-1031", "The value '1e3' of 'rate' is not a number."},
    {ERP "rate = nan\n", 4, "PST-1031", "The value 'nan' of 'rate' is not a number."},
    {ERP "slots = 17\n", 4, "PST-1032", "The value '17' of 'slots' is not between 1 and 16."},
    {ERP "rate = 0.05\n", 4, "PST-1032", "The value '0.05' of 'rate' is not between 0.1 and 100."},
    {ERP "confirmed_status = 3,100\n", 4, "PST-1032", "The value '100' of 'confirmed_status' is not between 0 and 99."},
    {SYSTEMS "[link.l]\nerp=erp\napp=app\ninterval = 5s\n", 12, "PST-1032",
     "The value '5s' of 'interval' is not between 10s and 24h."},
    {SYSTEMS "[link.l]\nerp=erp\napp=app\ninterval = 2d\n", 12, "PST-1032",
     "The value '2d' of 'interval' is not between 10s and 24h."},
    {ERP "archive = ja\n", 4, "PST-1033", "The value 'ja' of 'archive' is neither yes nor no."},
    {ERP "slot_wait = 30\n", 4, "PST-1034", "The value '30' of 'slot_wait' is not a duration."},
    {ERP "slot_wait = -5s\n", 4, "PST-1034", "The value '-5s' of 'slot_wait' is not a duration."},
    {ERP "slot_wait = 1h30m\n", 4, "PST-1034", "The value '1h30m' of 'slot_wait' is not a duration."},
    {"[system.erp]\nconnector=alpha\nurl = erp:8080\n", 3, "PST-1035", "The value of 'url' is not a web address."},
    {"[system.erp]\nconnector=alpha\nurl = ftp://erp\n", 3, "PST-1035", "The value of 'url' is not a web address."},
    {"[system.erp]\nconnector=alpha\nurl = https://\n", 3, "PST-1035", "The value of 'url' is not a web address."},
    {"[system.erp]\nconnector=alpha\nurl = https://erp:99999\n", 3, "PST-1035",
     "The value of 'url' is not a web address."},
    {"[system.erp]\nconnector=alpha\nurl = https://my erp/\n", 3, "PST-1035",
     "The value of 'url' is not a web address."},
    {"[agent]\nproxy = direct\n", 2, "PST-1035", "The value of 'proxy' is not a web address."},
    {"[system.erp]\nconnector=alpha\nurl = https://user:hunter2@erp\n", 3, "PST-1036",
     "The address in 'url' contains a user name or password."},
    {"[agent]\nproxy = http://user@proxy:3128\n", 2, "PST-1047",
     "The address in 'proxy' contains a user name or password."},
    {"[agent]\nlanguage = fr\n", 2, "PST-1037", "The value 'fr' of 'language' is not one of: en, de, nl."},
    {"[agent]\nstate_dir = state\n", 2, "PST-1038", "The path 'state' of 'state_dir' is not absolute."},
    {"[agent]\nca_file = ca.pem\n", 2, "PST-1038", "The path 'ca.pem' of 'ca_file' is not absolute."},
    {"[agent]\nca_file = /no/such/ca.pem\n", 2, "PST-1039", "The file '/no/such/ca.pem' of 'ca_file' cannot be read."},
    {"[agent]\nca_file = /etc\n", 2, "PST-1039", "The file '/etc' of 'ca_file' cannot be read."},
    {"[agent]\nfull_compare = 24:00\n", 2, "PST-1040", "The value '24:00' of 'full_compare' is not a time of day."},
    {"[agent]\nfull_compare = 2:30\n", 2, "PST-1040", "The value '2:30' of 'full_compare' is not a time of day."},
    {"[agent]\ntime_zone = Europe/Oldenburg\n", 2, "PST-1041",
     "The time zone 'Europe/Oldenburg' of 'time_zone' is not known."},
    {ERP "token = secret:erp token\n", 4, "PST-1042", "The name after 'secret:' in 'token' is not valid."},
    {ERP "token = secret:../key\n", 4, "PST-1042", "The name after 'secret:' in 'token' is not valid."},
    // Which of several
    {"[agent]\nlanguage = fr\ntime_zone = X\n", 2, "PST-1037",
     "The value 'fr' of 'language' is not one of: en, de, nl."},
    {"[system.z]\nconnector=alpha\nurl=x\n[system.a]\nconnector=sap\n", 3, "PST-1035",
     "The value of 'url' is not a web address."},
    {"[agent]\nlanguage = fr\nno equals\n", 3, "PST-1005", "The line is neither a section nor a key with '='."},
    {"[system.z]\nconnector=alpha\n[agent]\nlanguage = fr\n", 4, "PST-1037",
     "The value 'fr' of 'language' is not one of: en, de, nl."},
};

TEST(SettingsErrorsTest, EachBrokenFileNamesItsLineCodeAndCause) {
  for (const Broken& broken : kBroken) {
    SCOPED_TRACE(broken.text);
    try {
      Settings::parse(onThisSystem(broken.text), "x.ini", fakeRegistry());
      ADD_FAILURE() << "accepted";
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.place(), "x.ini:" + std::to_string(broken.line));
      EXPECT_STREQ(error.code(), broken.code);
      EXPECT_EQ(error.cause(Language::En), onThisSystem(broken.cause));
    }
  }
}

TEST(SettingsErrorsTest, EveryLanguageHasCauseAndRemedyWithAllArguments) {
  for (const Broken& broken : kBroken) {
    try {
      Settings::parse(onThisSystem(broken.text), "x.ini", fakeRegistry());
    } catch (const ConfigError& error) {
      for (const Language language : {Language::En, Language::De, Language::Nl}) {
        for (const std::string& text : {error.cause(language), error.remedy(language)}) {
          EXPECT_TRUE(text.ends_with(".") || text.ends_with("…")) << broken.code << ": " << text;
          for (char n = '0'; n <= '9'; ++n) {
            EXPECT_THAT(text, testing::Not(testing::HasSubstr(std::string("{") + n + "}"))) << broken.code;
          }
          EXPECT_THAT(text, testing::Not(testing::HasSubstr("hunter2"))) << broken.code;
        }
      }
    }
  }
}

TEST(SettingsErrorsTest, RemedyNamesThePairsThatExist) {
  try {
    Settings::parse(SYSTEMS "[link.l]\nerp=erp\napp=erp\n", "x.ini", fakeRegistry());
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.remedy(Language::En), "Link one of these pairs (erp + app): alpha + beta.");
  }
}

}  // namespace
}  // namespace postern
