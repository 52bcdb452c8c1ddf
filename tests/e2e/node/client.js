// node client.js TARGET COUNT: asks /echo.Echo/Version of an xds:/// target
// COUNT times and prints how often each version answered, as JSON.
//
// Speaks xDS with gRPC's own client for Node; $GRPC_XDS_BOOTSTRAP names the
// control plane. Messages are plain bytes: no .proto is needed.
'use strict';

const grpc = require('@grpc/grpc-js');
require('@grpc/grpc-js-xds').register();

const bytes = (value) => value;

function version(client) {
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + 20000);
    client.makeUnaryRequest('/echo.Echo/Version', bytes, bytes, Buffer.alloc(0),
        new grpc.Metadata({waitForReady: true}), {deadline},
        (error, answer) => error ? reject(error) : resolve(answer.toString()));
  });
}

async function main() {
  const [target, count] = process.argv.slice(2);
  const client = new grpc.Client(target, grpc.credentials.createInsecure());
  const counts = {};
  for (let i = 0; i < Number(count); i++) {
    const answered = await version(client);
    counts[answered] = (counts[answered] || 0) + 1;
  }
  client.close();
  console.log(JSON.stringify(counts));
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
