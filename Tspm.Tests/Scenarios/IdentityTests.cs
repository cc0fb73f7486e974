using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>User, group, umask, priority and limits: through the set-up mode of the executable.</summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class IdentityTests
{
    [Test]
    public async Task Another_user_and_group_own_the_child_and_may_write_to_its_output(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "--name", "u", "--user", "nobody", "--group", "1", "--cwd", "/", "--", "sh", "-c",
            "id -u; id -g; id -G; echo err >&2; exec sleep 1000");
        await box.UntilFile(box.ErrLog("u"), "err");
        var pid = await box.PidOf("u");
        var uid = (await box.RunProgram("id", "-u", "nobody")).Out.Trim();
        await Assert.That(LiveProcess.StatusOf(pid, "Uid").Split('\t')).IsEquivalentTo(new[] { uid, uid, uid, uid });
        await Assert.That((await box.UntilOut("u", "1\n")).Split('\n')[..2]).IsEquivalentTo(new[] { uid, "1" });
        await Assert.That((await box.Get("u")).Json.GetProperty("user").GetString()).IsEqualTo("nobody");
        await box.Ok("restart", "u");
        await box.Ok("stop", "u");
    }

    [Test]
    public async Task Umask_nice_and_limits_are_set(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        box.Write("l.json", """
            { "processes": [ { "name": "l", "command": "sh", "args": ["-c", "umask; nice; ulimit -n; ulimit -c; exec sleep 1000"],
              "umask": "027", "nice": 5, "oomScoreAdjust": 200, "limits": { "nofile": 555, "core": 0 } } ] }
            """);
        await box.Ok("start", "l.json");
        await Assert.That(await box.UntilOut("l", "0\n")).StartsWith("0027\n5\n555\n0");
        var pid = await box.PidOf("l");
        await Assert.That(File.ReadAllText($"/proc/{pid}/oom_score_adj").Trim()).IsEqualTo("200");
        await box.Until(() => LiveProcess.CommandOf(pid) == "sleep 1000", "the program is what the shell became");
    }

    [Test]
    public async Task An_unknown_user_is_said_and_nothing_is_kept(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", "sleep 1000", "--name", "u", "--user", "nobody-of-this-name")).Exits(1)
            .Says("nobody-of-this-name");
        await Assert.That((await box.List()).Count).IsEqualTo(0);
    }
}
