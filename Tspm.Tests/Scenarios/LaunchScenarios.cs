using System.Text.Json.Nodes;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>Whoever happens to start the daemon: each program sees the umask, priorities, processors and limits of the
/// shell that defined it.</summary>
[Timeout(180_000), ParallelLimiter<ScenarioLimit>]
public class LaunchScenarios
{
    /// <summary>Prints what it has, then stays.</summary>
    const string Show = "umask; nice; ulimit -Sc; ulimit -Sf; ulimit -Sn; taskset -cp $$ | sed s/.*://; ionice; exec "
        + "sleep 1000";

    const string Peculiar = "umask 077; ulimit -Sc 0; ulimit -Sf 2000; ulimit -Sn 777";

    [Test]
    public async Task Each_program_sees_its_own_shell_whoever_was_first(CancellationToken cancellation)
    {
        Tools.Require("taskset");
        await using var box = new TspmBox(cancellation);
        var ordinary = await OfShell(box, "");
        var peculiar = await OfShell(box, Peculiar, "nice -n 10 taskset -c 0 ionice -c 3");
        await Assert.That(peculiar).IsNotEqualTo(ordinary);
        await Start(box, "first", Peculiar, "nice -n 10 taskset -c 0 ionice -c 3");
        await Start(box, "second", "");
        await Assert.That(await Shown(box, "second")).IsEqualTo(ordinary);
        await Assert.That(await Shown(box, "first")).IsEqualTo(peculiar);
        await Assert.That((await box.Status()).GetProperty("troubles").GetArrayLength()).IsEqualTo(0);
        // And so it stays: for the next run, under the next daemon, and when the other shell starts the daemon.
        LiveProcess.Kill((await box.DaemonPids()).Daemon);
        await box.Ok("restart", "all");
        await Assert.That(await Shown(box, "second", 2)).IsEqualTo(ordinary);
        await Assert.That(await Shown(box, "first", 2)).IsEqualTo(peculiar);
        await box.Ok("daemon", "stop");
        await box.Ok("daemon", "start");
        await Assert.That(await Shown(box, "first", 3)).IsEqualTo(peculiar);
        await Assert.That(await Shown(box, "second", 3)).IsEqualTo(ordinary);
    }

    [Test]
    public async Task A_hard_limit_of_the_first_shell_is_undone_or_told(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var mayRaise = (await box.Shell("ulimit -f 10; ulimit -f 20")).ExitCode == 0;
        await Start(box, "first", "ulimit -c 0; ulimit -f 2000");
        await Start(box, "second", "ulimit -Sc unlimited");
        var second = (await Shown(box, "second")).Split('\n');
        await Assert.That((second[2], second[3])).IsEqualTo(mayRaise ? ("unlimited", "unlimited") : ("0", "2000"));
        await Assert.That((await Shown(box, "first")).Split('\n')[3]).IsEqualTo("2000");
        var troubles = string.Join('\n', await Troubles(box));
        if (mayRaise) await Assert.That(troubles).IsEqualTo("");
        else
            await Assert.That(troubles).Contains("the daemon inherited the hard limit fsize=1024000").And
                .Contains("'second' should run with the limit fsize=unlimited (this daemon's hard limit is 1024000), "
                    + "the limit core=unlimited");
    }

    [Test]
    public async Task A_limit_that_would_hurt_the_daemon_reaches_the_program(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await Start(box, "plain", "");
        foreach (var (name, set, show) in new[] { ("mem", "ulimit -Sv 9000000", "ulimit -Sv"),
            ("time", "ulimit -St 1234", "ulimit -St"), ("file", "ulimit -Sf 99", "ulimit -Sf"),
                ("stack", "ulimit -Ss 512", "ulimit -Ss") })
        {
            (await box.Shell($"{set}; tspm start --name {name} -- /bin/sh -c '{show}; exec sleep 1000'")).Exits(0);
            await Assert.That((await box.UntilOut(name, "\n")).Trim()).IsEqualTo(set.Split(' ')[^1]);
        }
    }

    [Test]
    public async Task Hooks_and_probes_run_as_the_child_does(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", """
            {"processes":[{"name":"n","command":"sleep 1000","hooks":{"preStart":"umask > hook; nice >> hook; ulimit -Sf >> hook"},"ready":{"exec":"umask > probe; nice >> probe; ulimit -Sf >> probe"} }]}
            """);
        await box.Ok("daemon", "start");
        (await box.Shell("umask 027; ulimit -Sf 5000; nice -n 3 tspm start c.json")).Exits(0);
        foreach (var file in new[] { "hook", "probe" })
            await Assert.That(await box.UntilFile(file, "5000")).IsEqualTo("0027\n3\n5000\n");
    }

    [Test]
    public async Task Another_shell_replaces_them_with_update_env_alone(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Write("c.json", $$"""{"processes":[{"name":"n","command":"/bin/sh","args":["-c","umask; exec sleep 1000"]}]}""");
        (await box.Shell("umask 027; tspm apply c.json")).Exits(0);
        await box.UntilOut("n", "0027\n");
        var pid = await box.PidOf("n");
        (await box.Shell("umask 022; tspm apply c.json")).Exits(0);
        (await box.Shell("umask 027; tspm apply c.json --update-env")).Exits(0);
        await Assert.That(await box.PidOf("n")).IsEqualTo(pid);
        (await box.Shell("umask 022; tspm restart n")).Exits(0);
        await box.UntilOut("n", "0027\n0027\n");
        (await box.Shell("umask 022; tspm apply c.json --update-env")).Exits(0);
        await box.UntilOut("n", "0027\n0027\n0022\n");
        (await box.Shell("umask 002; tspm restart n --update-env")).Exits(0);
        await box.UntilOut("n", "0022\n0002\n");
    }

    [Test]
    public async Task A_request_without_them_gets_those_of_the_process_that_asks(CancellationToken cancellation)
    {
        Tools.Require("socat");
        await using var box = new TspmBox(cancellation);
        await Start(box, "first", Peculiar, "nice -n 10 taskset -c 0 ionice -c 3");
        foreach (var (name, files, expected) in new[] { ("raw", "", "654"),
            ("named", ",\"openFilesLimit\":444", "444") })
        {
            box.Write("request",
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"start\",\"params\":{\"define\":[{\"name\":\"" + name
                    + "\",\"command\":\"/bin/sh\",\"args\":[\"-c\",\"" + Show
                        + "\"]}],\"client\":{\"environment\":{\"PATH\":\""
                + box.Variables["PATH"] + "\"},\"workingDirectory\":\"/\"" + files + "}}}\n");
            (await box.Shell($"umask 007; ulimit -Sn 654; nice -n 4 socat -t 20 - UNIX-CONNECT:{box.SocketPath} < "
                + "request")).Exits(0);
            var shown = (await Shown(box, name)).Split('\n');
            await Assert.That((shown[0], shown[1], shown[3], shown[4])).IsEqualTo(("0007", "4", "unlimited", expected));
        }
        using var socket = new RawSocket(box, cancellation);
        await socket.Send("""{"jsonrpc":"2.0","id":2,"method":"start","params":{"define":[{"name":"x","command":"sleep 1"}],"client":{"environment":{},"workingDirectory":"/","launch":{"umask":"9"}}}}""" + "\n");
        await Assert.That((await socket.Read())!.Value.GetProperty("error").GetProperty("message").GetString()!)
            .Contains("params.client.launch.umask must be an octal number");
    }

    [Test]
    public async Task A_definition_stored_without_them_gets_the_defaults(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await Start(box, "n", "");
        var ordinary = await Shown(box, "n");
        await box.Ok("daemon", "stop");
        var file = Path.Combine(box.Home, "processes.json");
        var stored = JsonNode.Parse(File.ReadAllText(file))!;
        await Assert.That(stored["processes"]![0]!.AsObject().Remove("launch")).IsTrue();
        File.WriteAllText(file, stored.ToJsonString());
        foreach (var record in Directory.EnumerateFiles(Path.Combine(box.Home, "run"), "*.json")) File.Delete(record);
        (await box.Shell("umask 077; nice -n 10 tspm daemon start")).Exits(0);
        await Assert.That(await Shown(box, "n", 2)).IsEqualTo(ordinary);
    }

    [Test]
    public async Task A_file_size_limit_of_an_ordinary_user_counts_as_a_full_disk(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Home = Path.Combine(await OtherUser.Folder(box, OtherUser.Uid, "u"), "h");
        box.Variables["TSPM_HOME"] = box.Home;
        await OtherUser.Run(box, OtherUser.Uid, "version");
        (await OtherUser.Shell(box, OtherUser.Uid,
            $"ulimit -f 2000; {box.Folder}/tspm start 'sleep 1000' --name first")).Exits(0);
        var (daemon, _) = await box.DaemonPids();
        (await OtherUser.Shell(box, OtherUser.Uid,
            $"cd {box.Folder}; ./tspm start --name big --no-autorestart -- /bin/sh -c 'seq 1 900000; sleep 1000'"))
                .Exits(0);
        await box.Until(async () =>
            (await Troubles(box)).FirstOrDefault(trouble =>
                trouble.Contains("the file size limit, ulimit -f, is 1024000 bytes", StringComparison.Ordinal)),
                    "status names the limit");
        var troubles = await Troubles(box);
        await Assert.That(troubles.Any(trouble =>
            trouble.Contains("hard limit fsize=1024000", StringComparison.Ordinal)
                && trouble.Contains("tspm enable", StringComparison.Ordinal))).IsTrue();
        await Assert.That(troubles.Any(trouble =>
            trouble.Contains("'big' should run with the limit fsize=unlimited", StringComparison.Ordinal))).IsTrue();
        // What there is so far is put elsewhere, again and again, until all of it has come.
        var kept = "";
        for (var expected = string.Concat(Enumerable.Range(1,
            900_000).Select(number => $"{number}\n")); kept.Length < expected.Length;)
        {
            await box.Until(() =>
                new FileInfo(box.OutLog("big")).Length is var size
                    && (size == 1_024_000 || kept.Length + size == expected.Length),
                        "the file is full, or all is there");
            kept += TspmBox.Text(box.OutLog("big"));
            if (kept.Length < expected.Length) await box.Ok("flush", "big");
            else await Assert.That(kept == expected).IsTrue();
        }
        await box.Until(async () =>
            (await Troubles(box)).Any(static trouble =>
                trouble.Contains("that write there are blocked", StringComparison.Ordinal))
                ? null
                : "", "the trouble is over");
        await Assert.That((await box.DaemonPids()).Daemon).IsEqualTo(daemon);
        await box.Ok("stop", "all");
    }

    /// <summary>All that the daemon writes meets the limit: its log, the events, the saved state.</summary>
    [Test]
    public async Task A_tiny_file_size_limit_stops_neither_the_daemon_nor_its_answers(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Home = Path.Combine(await OtherUser.Folder(box, OtherUser.Uid, "u"), "h");
        box.Variables["TSPM_HOME"] = box.Home;
        await OtherUser.Run(box, OtherUser.Uid, "version");
        (await OtherUser.Shell(box, OtherUser.Uid, $"ulimit -f 24; {box.Folder}/tspm start 'sleep 1000' --name first"))
            .Exits(0);
        var (daemon, _) = await box.DaemonPids();
        File.AppendAllText(Path.Combine(box.Home, "daemon.log"), new string('#', 12_288));
        for (var tries = 0; tries < 100
            && (await Troubles(box)).Count(static trouble =>
                trouble.Contains("File too large (the file size limit", StringComparison.Ordinal)) < 3; tries++)
            await box.Run("start", "sleep 1000", "--name", $"p{tries}");
        var troubles = string.Join('\n', await Troubles(box));
        foreach (var what in new[] { "the state is not saved: ", "events.jsonl cannot be written: ",
            "daemon.log cannot be written: " }) await Assert.That(troubles)
                .Contains(what + "File too large (the file size limit, ulimit -f, is 12288 bytes)");
        (await box.Run("stop", "first")).Exits(1).Says("not saved: File too large");
        await box.UntilState("first", "stopped");
        // With less to save it is saved again, and the emptied files are written again.
        await box.Run("delete", "all");
        File.WriteAllText(Path.Combine(box.Home, "daemon.log"), "");
        File.WriteAllText(Path.Combine(box.Home, "events.jsonl"), "");
        await box.Ok("start", "sleep 1000", "--name", "last");
        await box.Until(async () =>
            (await Troubles(box)).Any(static trouble => trouble.Contains("File too large", StringComparison.Ordinal))
                ? null
                : "", "everything is written again");
        await Assert.That((await box.DaemonPids()).Daemon).IsEqualTo(daemon);
        await Assert.That((await box.List()).Select(entry => entry.Name)).IsEquivalentTo(["last"]);
    }

    [Test]
    public async Task What_an_ordinary_user_cannot_undo_is_told_with_the_remedy(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Home = Path.Combine(await OtherUser.Folder(box, OtherUser.Uid, "u"), "h");
        box.Variables["TSPM_HOME"] = box.Home;
        await OtherUser.Run(box, OtherUser.Uid, "version");
        (await OtherUser.Shell(box, OtherUser.Uid,
            $"umask 077; ulimit -c 0; cd /; nice -n 10 taskset -c 0 ionice -c 3 {box.Folder}/tspm start --name first "
                + $"-- /bin/sh -c '{Show}'")).Exits(0);
        (await OtherUser.Shell(box, OtherUser.Uid,
            $"umask 022; ulimit -Sc unlimited; cd /; {box.Folder}/tspm start --name second -- /bin/sh -c '{Show}'"))
                .Exits(0);
        (await OtherUser.Shell(box, OtherUser.Uid,
            $"cd /; nice -n 15 {box.Folder}/tspm start --name third -- /bin/sh -c '{Show}'")).Exits(0);
        var second = (await Shown(box, "second")).Split('\n');
        // The umask, the processors and the I/O priority are right; a higher priority takes a privilege.
        await Assert.That((second[0], second[1], second[2])).IsEqualTo(("0022", "10", "0"));
        if (Environment.ProcessorCount > 1) await Assert.That(second[5]).IsNotEqualTo(" 0");
        await Assert.That(second[6]).DoesNotContain("idle");
        var third = (await Shown(box, "third")).Split('\n');
        await Assert.That(third[1]).IsEqualTo("15");
        var first = (await Shown(box, "first")).Split('\n');
        await Assert.That((first[0], first[1], first[5], first[6])).IsEqualTo(("0077", "10", " 0", "idle"));
        var troubles = string.Join('\n', await Troubles(box));
        await Assert.That(troubles).Contains("the daemon inherited nice 10").And
            .Contains("'second' should run with nice 0 (this daemon cannot go below 10), the limit core=unlimited "
                + "(this daemon's hard limit is 0)").And.Contains("tspm daemon start");
        await Assert.That(troubles).DoesNotContain("'third'").And.DoesNotContain("'first'");
    }

    [Test]
    public async Task The_daemon_is_not_steered_by_the_first_shells_variables_and_its_programs_have_them(
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var plain = await NextRun(box, "");
        await box.Ok("daemon", "stop");
        await Assert.That(await NextRun(box,
            "export TZ=Pacific/Kiritimati LC_ALL=de_DE.UTF-8 TMPDIR=/nowhere DOTNET_GCgen0size=4000000 "
                + "DOTNET_gcServer=1;")).IsEqualTo(plain);
        var (daemon, guardian) = await box.DaemonPids();
        foreach (var pid in new[] { daemon, guardian })
        {
            var names = LiveProcess.EnvironmentOf(pid).Keys;
            await Assert.That(names.Where(name =>
                name is "TZ" or "LC_ALL" or "TMPDIR" or "LANG" || name.StartsWith("DOTNET_", StringComparison.Ordinal)))
                    .IsEmpty();
            await Assert.That(names).Contains("HOME").And.Contains("PATH").And.Contains("TSPM_HOME");
            await Assert.That(LiveProcess.StatusOf(pid, "Umask")).IsEqualTo("0077");
        }
        await box.Ok("start", "sleep 1000", "--name", "s");
        (await box.Shell("TZ=Pacific/Kiritimati tspm start 'sleep 1000' --name z")).Exits(0);
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("z"))["TZ"]).IsEqualTo("Pacific/Kiritimati");
        await Assert.That(LiveProcess.EnvironmentOf(await box.PidOf("s")).Keys.Any(name =>
            name.StartsWith("TSPM_CALLER_", StringComparison.Ordinal) || name == "TZ")).IsFalse();
        await Assert.That(Convert.ToUInt64(LiveProcess.StatusOf(await box.PidOf("s"), "SigIgn"), 16)).IsEqualTo(0UL);
    }

    /// <summary>When a job at noon runs next, defined by a shell that is the first.</summary>
    static async Task<string> NextRun(TspmBox box, string shell)
    {
        (await box.Shell($"{shell} tspm add 'sleep 1' --name job --job --cron '0 12 1 1 *'")).Exits(0);
        var next = (await box.Get("job")).Json.GetProperty("nextRunAt").GetDateTimeOffset().ToUniversalTime();
        await box.Ok("delete", "job");
        return next.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
    }

    static async Task<string> OfShell(TspmBox box, string set, string prefix = "")
    {
        var script = Show.Replace("; exec sleep 1000", "", StringComparison.Ordinal);
        return (await box.Shell($"{set}\n{prefix} /bin/sh -c '{script}'")).Exits(0).Out.TrimEnd();
    }

    static async Task Start(TspmBox box, string name, string set, string prefix = "") =>
        (await box.Shell($"{set}\n{prefix} tspm start --name {name} -- /bin/sh -c '{Show}'")).Exits(0);

    /// <summary>What the n-th run of it printed.</summary>
    static async Task<string> Shown(TspmBox box, string name, int run = 1)
    {
        const int lines = 7;
        var text = "";
        await box.Until(() =>
            File.Exists(box.OutLog(name))
                && (text = TspmBox.Text(box.OutLog(name))).Count(letter => letter == '\n') >= run * lines,
                    $"{name} has shown what it has");
        return string.Join('\n', text.Split('\n')[((run - 1) * lines)..(run * lines)]);
    }

    static async Task<IReadOnlyList<string>> Troubles(TspmBox box) =>
        [.. (await box.Status()).GetProperty("troubles").EnumerateArray().Select(static trouble =>
            trouble.GetString()!)];
}
