using Tspm.Legacy;
using Tspm.Model.Config;

namespace Tspm.Tests.Legacy;

/// <summary>Which command lines belong to what an older Tspm ran, and to the older Tspm.</summary>
[Timeout(30_000)]
internal sealed class LegacyCommandTests
{
    [Test]
    [Arguments("node", "a.js|b c", "node|a.js|b c", true)]
    [Arguments("node", "a.js|b c", "/usr/bin/node|a.js|b c", true)]
    [Arguments("/opt/node", "a.js|b c", "node|a.js|b c", true)]
    [Arguments("node", "a.js|b c", "node|a.js|b|c", false)]
    [Arguments("node", "a.js|b c", "nodejs|a.js|b c", false)]
    [Arguments("node", "a.js", "sh|-c|node a.js", false)]
    [Arguments("node a.js 'b c'", null, "node|a.js|b c", true)]
    [Arguments("node a.js 'b c'", null, "/bin/sh|-c|node a.js 'b c'", true)]
    [Arguments("node a.js", null, "sh|-c|node b.js", false)]
    [Arguments("./run --x", null, "/bin/bash|./run|--x", true)]
    [Arguments("/srv/run --x", null, "/usr/bin/env|python3|/srv/run|--x", true)]
    [Arguments("A=1 node x && cat", null, "/bin/sh|-c|A=1 node x && cat", true)]
    [Arguments("A=1 node x && cat", null, "node|x", false)]
    public async Task A_command_line_is_recognised(string command, string? args, string argv, bool fits,
        CancellationToken cancellation) =>
        await Assert.That(LegacyCommand.Fits(new ProcessConfig { Command = command, Args = args?.Split('|') },
            argv.Split('|'))).IsEqualTo(fits);

    [Test]
    [Arguments("node|/usr/lib/node_modules/@git.zone/tspm/cli.js|daemon", true)]
    [Arguments("/usr/bin/node|/usr/local/bin/tspm|startAsDaemon|x", true)]
    [Arguments("tspm-daemon", true)]
    [Arguments("tspm: web", true)]
    [Arguments("tspm|daemon|--ready=3", false)]
    [Arguments("tspm|__daemon|--x", false)]
    [Arguments("/usr/local/bin/tspm|__guardian", false)]
    [Arguments("/work/Tspm.Tests|--filter", false)]
    [Arguments("bash|/home/u/tspm/build.sh", false)]
    [Arguments("node|/srv/app.js", false)]
    [Arguments("node", false)]
    public async Task The_older_tspm_is_recognised_and_this_one_is_not_taken_for_it(string argv, bool isOld,
        CancellationToken cancellation) =>
        await Assert.That(LegacyCommand.IsLegacyManager(argv.Split('|'))).IsEqualTo(isOld);
}
