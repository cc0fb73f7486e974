using System.Text;
using CsCheck;
using Tspm.Model.Config;

namespace Tspm.Tests.Model.Config;

[Timeout(60_000)]
internal sealed class DefaultNameTests
{
    [Test]
    [Arguments("node server.js", "server")]
    [Arguments("node --inspect src/api.mjs --port 1", "api")]
    [Arguments("/usr/bin/python3.12 worker.py", "worker")]
    [Arguments("python3 -m http.server", "python3")]
    [Arguments("java -jar lib/app.jar", "app")]
    [Arguments("bash ./run", "run")]
    [Arguments("node", "node")]
    [Arguments("./server.js", "server")]
    [Arguments("/opt/bin/my-app --x y.js", "my-app")]
    [Arguments("a:b", "a:b")]
    [Arguments("a:80", "a-80")]
    [Arguments(":80", "process")]
    [Arguments(".", "process")]
    [Arguments("..", "process")]
    [Arguments("../..", "process")]
    [Arguments("./", "process")]
    [Arguments("w12/*.py", "process")]
    [Arguments("w12/worker-*.py", "worker")]
    [Arguments("python3 jobs/?.py", "process")]
    [Arguments("bin/*", "process")]
    [Arguments("./all", "all-1")]
    [Arguments("./all.sh", "all.sh")]
    [Arguments("node scripts/all.js", "all.js")]
    [Arguments("--", "process")]
    [Arguments("/", "process")]
    [Arguments(".js", ".js")]
    public async Task A_process_is_called_what_a_person_would_call_it(string command, string name,
        CancellationToken cancellation) =>
        await Assert.That(DefaultName.For(command.Split(' '))).IsEqualTo(name);

    [Test]
    public async Task A_long_name_is_cut_between_characters(CancellationToken cancellation)
    {
        var name = DefaultName.For([string.Concat(Enumerable.Repeat("ä€", 40))]);
        await Assert.That(Encoding.UTF8.GetByteCount(name)).IsBetween(62, 64);
        await Assert.That(name).DoesNotContain("\uFFFD");
    }

    [Test]
    public void Whatever_the_command_the_name_is_valid(CancellationToken cancellation)
    {
        Gen.String.List[0, 3].Sample(words => ProcessName.Problem(DefaultName.For(words)) is null);
        Gen.Char["al.*?:- /7\t~é"].Array[0, 80].Select(letters => new string(letters)).List[1, 2]
            .Sample(words => ProcessName.Problem(DefaultName.For(words)) is null);
    }
}
