using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>What the published file itself is like.</summary>
[Timeout(60_000), ParallelLimiter<ScenarioLimit>]
internal sealed class ExecutableTests
{
    const long MostBytes = 12L << 20;

    [Test]
    public async Task It_has_at_most_12_MB(CancellationToken cancellation) =>
        await Assert.That(new FileInfo(PublishedExecutable.Path).Length).IsLessThanOrEqualTo(MostBytes);

    /// <summary>SECURITY.md promises it.</summary>
    [Test]
    public async Task Nothing_that_can_be_executed_can_be_changed_nor_can_addresses_of_functions(
        CancellationToken cancellation)
    {
        var file = new ElfFile(PublishedExecutable.Path);
        await Assert.That(file.HasFullRelro).IsTrue();
        var executable = file.Mapped.Where(static flags => flags.HasFlag(ElfFile.Permissions.Execute));
        await Assert.That(executable).IsEquivalentTo([ElfFile.Permissions.Read | ElfFile.Permissions.Execute]);
    }

    /// <summary>OpenSSL, which the runtime's cryptography loads, would cost a daemon of 8 MB another 4.</summary>
    [Test]
    public async Task Guardian_and_daemon_load_nothing_but_the_C_library(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "web", "-e", "A=1");
        string[] verbs =
        [
            "list", "describe web", "env web", "set web restart.delayMs=5", "restart web", "why web", "events",
            "logs web", "metrics", "apply",
        ];
        foreach (var verb in verbs) await Use(box, verb);
        var status = await box.Status();
        foreach (var member in new[] { "pid", "guardianPid" })
        {
            var loaded = Libraries(status.GetProperty(member).GetInt32());
            await Assert.That(loaded).Contains(static name => name.StartsWith("libc.", StringComparison.Ordinal));
            await Assert.That(loaded.Where(static name => !IsOfC(name))).IsEmpty().Because(member);
        }
    }

    const string OneProcess = """{ "processes": [ { "name": "b", "command": "sleep 1000" } ] }""";

    static async Task Use(TspmBox box, string verb)
    {
        if (verb != "apply") await box.Ok(verb.Split(' '));
        else await box.Ok("apply", box.Write("tspm.json", OneProcess));
    }

    static bool IsOfC(string name) =>
        name.Split('.', '-')[0] is "libc" or "libm" or "ld" or "libpthread" or "libdl" or "librt";

    /// <summary>Names of the shared libraries in a process's memory.</summary>
    static List<string> Libraries(int pid) =>
    [
        .. File.ReadLines($"/proc/{pid}/maps").Select(static line => Path.GetFileName(line.Split(' ')[^1]))
            .Where(static name => name.Contains(".so", StringComparison.Ordinal)).Distinct(),
    ];
}
