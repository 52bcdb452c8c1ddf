#include "ctl/ca_request.h"

#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ca/certificate_call.h"
#include "ca/file.h"
#include "ca/time_text.h"
#include "ctl/certificate_directory.h"
#include "ctl/time_left.h"
#include "grpc/support/log.h"

namespace binnacle::ctl {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

struct Options {
  std::string server;
  std::string server_name;
  std::string token_file;
  std::string roots;
  std::string out;
  std::string lifetime;
};

absl::StatusOr<ca::ServiceAddress> ServiceOf(const Options& options) {
  const size_t colon = options.server.rfind(':');
  uint32_t port = 0;
  if (colon == std::string::npos || !absl::SimpleAtoi(options.server.substr(colon + 1), &port) ||
      port == 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("--server \"", options.server,
                                                   "\" is no HOST:PORT, as "
                                                   "mesh.example.com:15012 is"));
  }
  std::string host = options.server.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  std::string name = options.server_name;
  if (name.empty()) name = ca::UsualNameOf(host);
  return ca::ServiceAddress{options.server, std::move(name)};
}

absl::StatusOr<absl::Duration> LifetimeOf(const Options& options) {
  if (options.lifetime.empty()) return absl::ZeroDuration();
  absl::Duration lifetime;
  if (!absl::ParseDuration(options.lifetime, &lifetime) || lifetime < absl::Seconds(1) ||
      lifetime == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--lifetime \"", options.lifetime, "\" is no time, as 90s or 12h is"));
  }
  return lifetime;
}

// --roots, or those of the certificate that is renewed. PEM.
absl::StatusOr<std::string> RootsOf(const Options& options) {
  const std::string file =
      options.roots.empty() ? CertificateDirectory(options.out).roots_file() : options.roots;
  const auto text = ca::ReadWholeFile(file, ca::FileReaders::kAnyone);
  if (!text.ok() && options.roots.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--roots: whom to trust as the server, as binnaclectl ca root prints it; without it, ",
        text.status().message()));
  }
  if (!text.ok()) return text.status();
  if (const auto read = ca::Certificate::ListFromPem(text->view()); !read.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": ", read.status().message()));
  }
  return text->text();
}

// A certificate for a new key.
absl::StatusOr<ca::WorkloadCertificatePtr> AskWithToken(const Options& options,
                                                        const ca::ServiceAddress& service,
                                                        const std::string& roots,
                                                        const ca::CertificateTerms& terms,
                                                        grpc::ClientContext& context) {
  const auto token = ca::ReadWholeFile(options.token_file, ca::FileReaders::kAnyone);
  if (!token.ok()) return token.status();
  const absl::string_view text = absl::StripAsciiWhitespace(token->view());
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--token-file ", options.token_file, " is empty"));
  }
  auto key = ca::PrivateKey::Generate(ca::KeyAlgorithm::kEcP256);
  if (!key.ok()) return key.status();
  ca::ShowToken(context, text);
  return ca::AskForCertificate(context, service, roots, nullptr, terms, *std::move(key),
                               ca::SystemClock());
}

// Another one for the same key.
absl::StatusOr<ca::WorkloadCertificatePtr> Renew(const Options& options,
                                                 const ca::ServiceAddress& service,
                                                 const std::string& roots,
                                                 const ca::CertificateTerms& terms,
                                                 grpc::ClientContext& context) {
  const auto held = CertificateDirectory(options.out).Read(absl::Now());
  if (!held.ok()) {
    return absl::Status(held.status().code(),
                        absl::StrCat(held.status().message(),
                                     "\nWithout a certificate to renew, give --token-file."));
  }
  return ca::AskForCertificate(context, service, roots, &*held, terms, held->key,
                               ca::SystemClock());
}

absl::StatusOr<ca::WorkloadCertificatePtr> Ask(const Options& options) {
  auto service = ServiceOf(options);
  if (!service.ok()) return service.status();
  const auto lifetime = LifetimeOf(options);
  if (!lifetime.ok()) return lifetime.status();
  const auto roots = RootsOf(options);
  if (!roots.ok()) return roots.status();
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  const ca::CertificateTerms terms{std::nullopt, *lifetime, ""};
  auto got = options.token_file.empty() ? Renew(options, *service, *roots, terms, context)
                                        : AskWithToken(options, *service, *roots, terms, context);
  if (absl::IsUnauthenticated(got.status()) || absl::IsPermissionDenied(got.status())) {
    return absl::Status(
        got.status().code(),
        absl::StrCat("the server refuses the ",
                     options.token_file.empty() ? absl::StrCat("certificate in ", options.out)
                                                : absl::StrCat("token in ", options.token_file),
                     ": ", got.status().message()));
  }
  return got;
}

ExitCode Request(const Options& options, const Invocation& invocation) {
  Console& console = invocation.console;
  // What gRPC would log, in words of its own, is in the error that is told.
  gpr_set_log_function([](gpr_log_func_args*) {});
  const auto got = Ask(options);
  if (!got.ok()) return Report(got.status(), console);
  const CertificateDirectory directory(options.out);
  if (auto written = directory.Write(**got); !written.ok()) return Report(written, console);
  const std::string until = ca::TimeText((*got)->leaf().not_after());
  console.out << (*got)->name() << '\n'
              << "valid until   " << until << " (" << TimeLeft(until, absl::Now()) << ")\n"
              << "key           " << directory.key_file() << '\n'
              << "certificate   " << directory.chain_file() << '\n'
              << "roots         " << directory.roots_file() << '\n';
  return ExitCode::kOk;
}

void AddOptions(CLI::App& command, Options& options) {
  command
      .add_option("--server", options.server,
                  "the server's --secure-address, where certificates are had")
      ->required()
      ->type_name("HOST:PORT");
  command
      .add_option("--server-name", options.server_name,
                  "that its certificate must bear (default: the host of --server)")
      ->type_name("NAME");
  command
      .add_option("--token-file", options.token_file,
                  "who it is for; without it the certificate in --out is renewed")
      ->type_name("FILE");
  command
      .add_option("--roots,--root-file", options.roots,
                  "the roots of the mesh, as ca root prints them (default: those in --out)")
      ->type_name("FILE");
  command.add_option("--out", options.out, "the directory to write to")
      ->required()
      ->type_name("DIR");
  command
      .add_option("--lifetime", options.lifetime,
                  "how long it should be valid (default: as the server has it)")
      ->type_name("TIME");
}

}  // namespace

void AddCaRequestCommand(CLI::App& ca, Invocation& invocation) {
  CLI::App* command =
      ca.add_subcommand("request", "A certificate of the mesh for yourself, as files");
  const auto options = std::make_shared<Options>();
  AddOptions(*command, *options);
  AddExamples(
      *command,
      {{"with a token of binnaclectl token create -n ops --service-account admin",
        "binnaclectl ca request --server mesh.example.com:15012 --roots mesh-root.pem "
        "--token-file token --out admin"},
       {"renew it, while it is valid",
        "binnaclectl ca request --server mesh.example.com:15012 --out admin"}},
      absl::StrCat(
          "Makes a P-256 key, has it certified, and writes key.pem, cert-chain.pem and\n"
          "root-cert.pem: what --key, --certificate and --roots of other commands want. Only\n"
          "you may read them, and the key goes nowhere else. A renewal keeps the key.\n"
          "A server that is called by its IP address has to bear the name\n",
          ca::kUsualServiceName, ", as all do, or that of --server-name.\n"));
  command->callback([&invocation, options] {
    invocation.action = [&invocation, options] { return Request(*options, invocation); };
  });
}

}  // namespace binnacle::ctl
