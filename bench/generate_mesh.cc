// bench_generate_mesh: writes a mesh as a policy directory.

#include <cstdio>
#include <string>

#include "CLI/CLI.hpp"
#include "bench/mesh_generator.h"
#include "bench/mesh_shape_flags.h"

// CLI11 throws while options are declared only if they were declared wrongly.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  using binnacle::bench::MeshGenerator;
  CLI::App app("Writes a mesh as policy files, for measuring.", "bench_generate_mesh");
  app.footer(
      "Examples:\n"
      "  bench_generate_mesh /tmp/mesh --services 1000\n"
      "  bench_generate_mesh /tmp/mesh --services 20000 --services-per-file 10 --kubernetes\n"
      "  bench_generate_mesh /tmp/mesh --services 100 --gateway-hosts 1000 --peer-authentication");
  std::string directory;
  binnacle::bench::MeshShape shape;
  app.add_option("DIR", directory, "made if missing")->required();
  AddMeshShapeFlags(app, shape);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const auto written = MeshGenerator(shape).WriteAll(directory); !written.ok()) {
    std::fprintf(stderr, "bench_generate_mesh: %s\n", std::string(written.message()).c_str());
    return 1;
  }
  return 0;
}
