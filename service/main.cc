#include <iostream>

#include "service/command.h"
#include "service/host.h"

int main(int argc, char** argv) {
  postern::Host host;
  const auto arguments = postern::Host::arguments(argc, argv);
  const postern::Console console{std::cout, std::cerr, postern::Language::En, host.isTerminal()};
  return postern::runPostern(arguments, console, host.stopToken());
}
