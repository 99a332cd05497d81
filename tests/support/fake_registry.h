#pragma once
// Connectors and a link that are never run: tables with an option of every type, for tests of settings.

#include "agent/connector.h"

namespace postern {

/// Connectors "alpha" (every type of option, a field map) and "beta"; link "alpha_beta". Lives for ever.
inline const Registry& fakeRegistry() {
  using Type = Option::Type;
  static constexpr Text kHelp{"Help.", "Hilfe.", "Hulp."};
  static constexpr Option kAlphaOptions[] = {
      {.key = "url", .type = Type::Url, .help = kHelp, .required = true},
      {.key = "token", .type = Type::Secret, .help = kHelp},
      {.key = "token.customers", .type = Type::Secret, .help = kHelp},
      {.key = "company", .help = kHelp},
      {.key = "prefix", .def = "/api", .help = kHelp},
      {.key = "slots", .type = Type::Integer, .def = "4", .help = kHelp, .min = 1, .max = 16},
      {.key = "any_number", .type = Type::Integer, .help = kHelp},
      {.key = "rate", .type = Type::Decimal, .def = "2.5", .help = kHelp, .min = 0.1, .max = 100},
      {.key = "archive", .type = Type::Boolean, .def = "no", .help = kHelp},
      {.key = "slot_wait", .type = Type::Duration, .def = "30s", .help = kHelp, .min = 1, .max = 3'600},
      {.key = "method", .type = Type::Choice, .def = "post", .help = kHelp, .choices = "post get"},
      {.key = "groups", .type = Type::TextList, .help = kHelp},
      {.key = "confirmed_status", .type = Type::IntegerList, .def = "3 4", .help = kHelp, .min = 0, .max = 99},
      {.key = "table_file", .type = Type::File, .help = kHelp},
      {.key = "drop_dir", .type = Type::Directory, .help = kHelp},
      {.key = "night", .type = Type::Clock, .def = "03:00", .help = kHelp},
      {.key = "server_zone", .type = Type::Zone, .help = kHelp},
  };
  static constexpr FieldName kAlphaFields[] = {
      {"project.process_status", "Prozessstatus", kHelp},
      {"project.changed", "", kHelp},
      {"customer.changed", "Datum ;geändert", kHelp},
  };
  static constexpr Option kBetaOptions[] = {
      {.key = "email", .help = kHelp, .required = true},
      {.key = "password", .type = Type::Secret, .help = kHelp, .required = true},
      {.key = "header.*", .help = kHelp},
  };
  static constexpr Option kLinkOptions[] = {
      {.key = "work_code", .type = Type::Integer, .def = "1", .help = kHelp},
  };
  static constexpr std::string_view kOut[] = {"to_app"};
  static constexpr Flow kFlows[] = {{"customers"}, {"articles", "to_app", kOut}, {"projects"}};
  // Member by member, so that a new member of the contract does not matter here.
  static const ConnectorInfo kAlpha = [] {
    ConnectorInfo info{};
    info.name = "alpha";
    info.summary = kHelp;
    info.writes = true;
    info.options = kAlphaOptions;
    info.fields = kAlphaFields;
    return info;
  }();
  static const ConnectorInfo kBeta = [] {
    ConnectorInfo info{};
    info.name = "beta";
    info.summary = kHelp;
    info.options = kBetaOptions;
    return info;
  }();
  static const LinkInfo kLink = [] {
    LinkInfo info{};
    info.name = "alpha_beta";
    info.erp = "alpha";
    info.app = "beta";
    info.summary = kHelp;
    info.options = kLinkOptions;
    info.flows = kFlows;
    info.make = [](const Section&, const std::string&) { return std::unique_ptr<Rules>(); };
    return info;
  }();
  static const Registry registry{{&kAlpha, &kBeta}, {&kLink}};
  return registry;
}

}  // namespace postern
