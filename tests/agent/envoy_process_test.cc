#include "agent/envoy_process.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <sstream>

#include "agent/envoy_command.h"
#include "tests/agent/eventually.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::agent {
namespace {

RestartPolicy Quick() {
  RestartPolicy policy;
  policy.first_wait = absl::Milliseconds(20);
  policy.longest_wait = absl::Milliseconds(50);
  policy.end_patience = absl::Milliseconds(300);
  return policy;
}

// A program in place of Envoy.
std::vector<std::string> Shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

std::string Content(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

TEST_CASE("an Envoy that dies is started again") {
  EnvoyProcess envoy(Shell("exit 3"), Quick());
  envoy.Start();
  CHECK(Eventually([&] { return envoy.state().starts >= 3; }));
  CHECK(envoy.state().last_end == "ended with exit code 3");
}

TEST_CASE("an Envoy that is killed is started again") {
  EnvoyProcess envoy(Shell("exec sleep 60"), Quick());
  envoy.Start();
  REQUIRE(Eventually([&] { return envoy.state().running; }));
  kill(envoy.state().pid, SIGKILL);
  CHECK(Eventually([&] { return envoy.state().starts == 2 && envoy.state().running; }));
  CHECK(envoy.state().last_end == "ended with signal 9 (Killed)");
}

TEST_CASE("a program that is not there is looked for again") {
  const ca::TemporaryDirectory folder;
  const std::string program = folder.File("envoy");
  EnvoyProcess envoy({program}, Quick());
  envoy.Start();
  CHECK(Eventually([&] { return !envoy.state().last_end.empty(); }));
  CHECK(envoy.state().last_end == "cannot run " + program + ": No such file or directory");
  folder.Write("new", "#!/bin/sh\nexec sleep 60\n");
  REQUIRE(chmod(folder.File("new").c_str(), 0700) == 0);
  std::filesystem::rename(folder.File("new"), program);
  CHECK(Eventually([&] { return envoy.state().running; }));
}

TEST_CASE("an Envoy is asked to end with SIGTERM, which it does not inherit blocked") {
  const ca::TemporaryDirectory folder;
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  EnvoyProcess envoy(Shell("trap 'echo told >" + folder.File("end") + "; exit 0' TERM; echo up >" +
                           folder.File("up") + "; while true; do sleep 0.05; done"),
                     Quick());
  envoy.Start();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  REQUIRE(Eventually([&] { return Content(folder.File("up")) == "up\n"; }));
  envoy.Stop(absl::ZeroDuration(), [] {});
  CHECK(Content(folder.File("end")) == "told\n");
  CHECK(envoy.state().last_end == "ended with exit code 0");
  CHECK(envoy.state().starts == 1);
}

TEST_CASE("an Envoy that does not end is killed") {
  const ca::TemporaryDirectory folder;
  EnvoyProcess envoy(
      Shell("trap '' TERM; echo up >" + folder.File("up") + "; while true; do sleep 0.05; done"),
      Quick());
  envoy.Start();
  REQUIRE(Eventually([&] { return Content(folder.File("up")) == "up\n"; }));
  envoy.Stop(absl::ZeroDuration(), [] {});
  CHECK(envoy.state().last_end == "ended with signal 9 (Killed)");
}

TEST_CASE("before the end there is time to drain, and no more than an Envoy needs") {
  EnvoyProcess envoy(Shell("exec sleep 60"), Quick());
  envoy.Start();
  REQUIRE(Eventually([&] { return envoy.state().running; }));
  bool drained = false;
  const absl::Time start = absl::Now();
  envoy.Stop(absl::Milliseconds(200), [&] { drained = envoy.state().running; });
  CHECK(drained);
  CHECK(absl::Now() - start >= absl::Milliseconds(200));
  CHECK_FALSE(envoy.state().running);

  EnvoyProcess other(Shell("exec sleep 60"), Quick());
  other.Start();
  REQUIRE(Eventually([&] { return other.state().running; }));
  const absl::Time then = absl::Now();
  other.Stop(absl::Minutes(10), [&] { kill(other.state().pid, SIGTERM); });
  CHECK(absl::Now() - then < absl::Seconds(20));
}

TEST_CASE("one that never started ends at once") {
  EnvoyProcess envoy(Shell("exit 0"), Quick());
  envoy.Stop(absl::Minutes(10), [] {});
  CHECK(envoy.state().starts == 0);
}

TEST_CASE("Envoy's command line has what it needs and what the user says") {
  CHECK(EnvoyCommand("envoy", "/s/envoy.json", absl::Milliseconds(4500), {"--concurrency", "2"}) ==
        std::vector<std::string>{"envoy", "--config-path", "/s/envoy.json", "--disable-hot-restart",
                                 "--drain-time-s", "5", "--drain-strategy", "immediate",
                                 "--log-level", "warning", "--concurrency", "2"});
  CHECK(EnvoyCommand("envoy", "b", absl::ZeroDuration(),
                     {"--drain-time-s=9", "--drain-strategy", "gradual", "-l", "info"}) ==
        std::vector<std::string>{"envoy", "--config-path", "b", "--disable-hot-restart",
                                 "--drain-time-s=9", "--drain-strategy", "gradual", "-l", "info"});
}

}  // namespace
}  // namespace binnacle::agent
