#include "tests/e2e/support/accountview_site.h"

#include <algorithm>

#include "agent/http_client.h"

namespace postern::e2e {

AccountViewSite::AccountViewSite() {
  sim::AccountViewOptions options;
  options.customFields = {{"CONTACT.A8_REF", "C32"}, {"PROJECTS.A8_REF", "C32"}};
  av_ = std::make_unique<sim::AccountViewSimulator>(options);
  av_->load({.customers = 12, .projects = 8, .articles = 10, .orders = 3, .employees = 3, .seed = 5, .today = today()});
  av_->start({});
  app_ = std::make_unique<sim::CrafterSimulator>();
  app_->addUsers(3);
  app_->start({});
  writeIni();
  storeGrant();
}

AccountViewSite::~AccountViewSite() = default;

void AccountViewSite::writeIni(const std::string& link) const {
  const auto names = readFile(std::filesystem::path(POSTERN_SOURCE_DIR) / "tests/sim/accountview/names.ini");
  writeFile(ini(),
            "[agent]\nstate_dir = " + (dir_.path() / "state").string() +
                "\ndisk_floor = 10\ntime_zone = Europe/Amsterdam\n" +
                "[system.erp]\nconnector = accountview\nurl = " + av_->url() +
                "/api/v3\nauthorize_url = " + av_->url() + "/ams/authorize.aspx\n" + R"(client_id = postern-test
client_secret = geheim-van-de-app
refresh_token = secret:refresh
company = VANDIJK
open_status = O
rate = 100
insert.customer.ACCT_NR = 1300
field.CONTACT.A8_REF = C32
field.PROJECTS.A8_REF = C32
field.HOURS.EXT_ID = C32
field.HOURS.HR_DESC = C40
[fields.erp]
)" + names + "customer.external = A8_REF\nproject.external = A8_REF\n[system.app]\nconnector = crafter\nurl = " +
                app_->url() + "/api/v1\ntoken = " + app_->options().token +
                "\nrate = 100\n[link.main]\nerp = erp\napp = app\nwork_hours_code = WERK\ntravel_hours_code = REIS\n"
                "default_project_type = ONDERHOUD\nemployees_listed = yes\n" +
                link);
}

void AccountViewSite::storeGrant() const {
  const auto token = av_->grant()["refresh_token"].get<std::string>();
  EXPECT_EQ(run({"secret", "set", "refresh"}, token + "\n").code, 0);
}

void AccountViewSite::loseState() const {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(dir_.path() / "state" / ("postern.db" + std::string(suffix)));
  }
}

void AccountViewSite::login() const {
  Program login(startOf({"login", "erp"}));
  ASSERT_TRUE(eventually(std::chrono::seconds{60}, [&] { return login.out().find("Waiting at") != std::string::npos; }))
      << login.out() << login.err();
  const auto out = login.out();
  const auto from = out.find("http://127.0.0.1");
  const auto address = out.substr(from, out.find('\n', from) - from);
  // The browser follows the redirect to us.
  const auto browser = makeHttpClient({});
  HttpRequest visit;
  visit.url = address;
  const auto redirect = browser->send(visit, {});
  ASSERT_TRUE(redirect) << redirect.error().detail;
  const auto location =
      std::ranges::find(redirect->headers, "Location", [](const auto& header) { return header.first; });
  ASSERT_NE(location, redirect->headers.end());
  visit.url = location->second;
  EXPECT_TRUE(browser->send(visit, {}));
  ASSERT_TRUE(login.waitFor(std::chrono::seconds{60}));
  EXPECT_EQ(login.code(), 0) << login.out() << login.err();
}

Start AccountViewSite::startOf(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"--config", ini().string()});
  return {.arguments = std::move(arguments)};
}

Ended AccountViewSite::run(std::vector<std::string> arguments, const std::string& input) const {
  auto start = startOf(std::move(arguments));
  start.input = input;
  return runToEnd(start);
}

void AccountViewSite::firstSync() const {
  const auto first = sync();
  ASSERT_EQ(first.code, 0) << first.all();
}

std::string AccountViewSite::workOrder(Json more) const {
  const auto project = app_->records("projects").at(0);
  more["customer_id"] = project["customer_id"];
  more["project_id"] = project["id"];
  more.emplace("description", "Ketel nakijken");
  return app_->createWorkOrder(more);
}

void AccountViewSite::hours(const std::string& workOrder, const std::string& day, int minutes, const char* kind,
                            const std::string& user) const {
  app_->addHours({{"user_code", user},
                  {"project_id", app_->records("projects").at(0)["id"]},
                  {"work_order_id", workOrder},
                  {"kind", kind},
                  {"date", day},
                  {"minutes", minutes}});
}

std::string AccountViewSite::someArticle() const {
  return av_->records("ARTICLE").at(0)["ART_CODE"].get<std::string>();
}

AccountViewSite::Json AccountViewSite::orderOf(const std::string& workOrder) const {
  for (const auto& row : av_->records("SO_HDR")) {
    const auto reference = row.value("EXT_ID", std::string());
    if (reference.ends_with(workOrder) && reference.size() > workOrder.size()) return row;
  }
  return {};
}

AccountViewSite::Json AccountViewSite::linesOf(const Json& order) const {
  Json lines = Json::array();
  for (const auto& row : av_->records("SO_LINE")) {
    if (row["ORD_NR"] == order["ORD_NR"]) lines.push_back(row);
  }
  return lines;
}

std::size_t AccountViewSite::hoursOfOurs() const {
  std::size_t count = 0;
  for (const auto& row : av_->records("HOURS")) count += row.value("EXT_ID", std::string()).empty() ? 0 : 1;
  return count;
}

void AccountViewSite::expectNothingDoubled() const {
  for (const char* table : {"SO_HDR", "SO_LINE", "HOURS"}) EXPECT_EQ(av_->doubled(table), 0) << table;
}

}  // namespace postern::e2e
