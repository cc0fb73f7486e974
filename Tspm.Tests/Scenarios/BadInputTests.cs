using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Scenarios;

/// <summary>
/// Mistakes at the command line: one clear sentence, the documented exit code, and nothing saved is lost.
/// </summary>
[Timeout(120_000), ParallelLimiter<ScenarioLimit>]
public class BadInputTests
{
    [Test]
    [Arguments("strat x", "start"), Arguments("fly", "fly"), Arguments("start --nmae web -- true", "--name"),
        Arguments("start", "nothing to start"), Arguments("stop", "argument"),
     Arguments("list --frobnicate", "--frobnicate"),
         Arguments("start true --restart sometimes", "always, on-failure or never"),
             Arguments("start true --memory lots", "lots"),
     Arguments("start true --instances few", "instances"), Arguments("start true --name", "--name"),
         Arguments("start true --env NOEQUALS", "NOEQUALS"), Arguments("start true --nice 99", "99"),
     Arguments("start true --umask 999", "999"), Arguments("start true --name a --name b", "twice"),
         Arguments("daemon fly", "fly"), Arguments("daemon --fly", "fly"), Arguments("start true --user", "--user"),
     Arguments("scale web many", "many")]
    public async Task A_mistake_in_the_command_line_exits_2_and_says_what_is_wrong(string line, string said,
        CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var ran = (await box.Run(line.Split(' '))).Exits(2).Says(said);
        await Assert.That(ran.Out).IsEqualTo("");
        await Assert.That(ran.Err.TrimEnd('\n').Split('\n').Length).IsEqualTo(1);
        await Assert.That(File.Exists(box.SocketPath)).IsFalse().Because("a mistake starts no daemon");
    }

    [Test]
    [Arguments("a:80"), Arguments("all"), Arguments("web-*"), Arguments("w?b"), Arguments("."), Arguments(".."),
        Arguments(" lead"), Arguments("trail "), Arguments("a\nb"), Arguments("-a"), Arguments("/a"), Arguments(""),
            Arguments("\u0007"), Arguments("LONG")]
    public async Task An_impossible_name_exits_2_and_says_why(string name, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var ran = (await box.Run("start", "sleep 1000", $"--name={(name == "LONG" ? new string('n', 300) : name)}"))
            .Exits(2).Says("name");
        await Assert.That(ran.Err.TrimEnd('\n').Split('\n').Length).IsEqualTo(1);
        await Assert.That(ran.Err.Length).IsLessThan(600);
    }

    [Test]
    [Arguments(""), Arguments("   "), Arguments("'unclosed")]
    public async Task An_empty_or_broken_command_exits_2(string command, CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("start", command, "--name", "x")).Exits(2);
        (await box.Run("add", command, "--name", "x")).Exits(2);
    }

    [Test]
    public async Task A_home_that_is_not_writable_exits_6(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        var home = Path.Combine(box.Folder, "locked");
        Directory.CreateDirectory(home);
        File.SetUnixFileMode(home,
            UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
                | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        box.Variables["TSPM_HOME"] = Path.Combine(home, "h");
        (await AsNobody(box, "start", "sleep 1000")).Exits(6).Says(home);
        (await AsNobody(box, "list")).Exits(4);
    }

    [Test]
    public async Task Another_users_home_exits_6(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        (await AsNobody(box, "stop", "s")).Exits(6);
        (await AsNobody(box, "list")).Exits(6)
            .Says($"you may not enter the folder {box.Home}, which belongs to root; run")
            .Says("run the command as root, or set TSPM_HOME to a folder you own");
        // Even when the folder is open, the daemon asks the kernel who speaks.
        File.SetUnixFileMode(box.Home, (UnixFileMode)Convert.ToInt32("711", 8));
        File.SetUnixFileMode(box.SocketPath, (UnixFileMode)Convert.ToInt32("666", 8));
        (await AsNobody(box, "stop", "s")).Exits(6);
        await Assert.That((await box.Get("s")).IsOnline).IsTrue();
        File.SetUnixFileMode(box.SocketPath, (UnixFileMode)Convert.ToInt32("600", 8));
        (await AsNobody(box, "list")).Exits(6).Says($"the daemon's socket {box.SocketPath} belongs to root; run");
    }

    [Test]
    [Arguments("list --system", "sudo tspm list --system"),
        Arguments("--system stop web", "sudo tspm --system stop web"),
        Arguments("enable --system", "sudo tspm enable --system"),
        Arguments("disable --system", "sudo tspm disable --system"),
        Arguments("daemon", "sudo TSPM_HOME=/var/lib/tspm")]
    public async Task The_system_wide_daemon_is_only_for_root(
        string line, string instead, CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        if (line == "daemon") box.Variables["TSPM_HOME"] = "/var/lib/tspm";
        var ran = (await AsNobody(box, line.Split(' '))).Exits(6).Says("only root").Says($"type: {instead}");
        await Assert.That(ran.Err.TrimEnd('\n').Split('\n').Length).IsEqualTo(1);
    }

    [Test]
    public async Task The_system_wide_daemon_in_the_foreground_is_chosen_by_its_home(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        (await box.Run("daemon", "--system")).Exits(2).Says("type: TSPM_HOME=/var/lib/tspm tspm daemon; to start it in")
            .Says("background: tspm --system daemon start");
        (await box.Run("-H", "ssh://x", "daemon")).Exits(2).Says("'daemon' is not valid; usage: tspm ");
    }

    [Test]
    public async Task Another_user_for_a_process_needs_a_daemon_of_root(CancellationToken cancellation)
    {
        Tools.RequireRoot();
        await using var box = new TspmBox(cancellation);
        var home = Path.Combine(box.Folder, "nobodys");
        Directory.CreateDirectory(home);
        (await box.RunProgram("chown", "65534", home)).Exits(0);
        box.Variables["TSPM_HOME"] = home;
        try
        {
            (await AsNobody(box, "start", "sleep 1000", "--name", "s", "--user", "root")).Exits(1)
                .Says("cannot run it as user 'root': only a daemon that runs as root may change the user");
        }
        finally
        {
            await AsNobody(box, "daemon", "stop");
        }
    }

    [Test]
    public async Task A_home_that_is_a_file_is_said(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["TSPM_HOME"] = box.Write("file", "");
        foreach (var line in new[] { "start x", "list", "daemon" })
            (await box.Run(line.Split(' '))).Exits(1)
                .Says($"{box.Variables["TSPM_HOME"]} is a file, so it cannot be Tspm's home folder; set TSPM_HOME");
    }

    [Test]
    public async Task A_socket_path_that_is_too_long_names_the_limit(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        box.Variables["TSPM_HOME"] = Path.Combine(box.Folder, new string('x', 120));
        foreach (var verb in new[] { "list", "status" }) (await box.Run(verb)).Exits(1).Says("107").Says("TSPM_HOME");
        (await box.Run("start", "sleep 1000")).Exits(1).Says("107");
        (await box.Run("daemon")).Exits(1).Says("107");
    }

    [Test]
    public async Task Two_definitions_of_one_name_leave_the_first(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s");
        (await box.Run("add", "sleep 2000", "--name", "s")).Exits(1).Says("'s'");
        await Assert.That((await box.Get("s")).Json.GetProperty("command").GetString()).IsEqualTo("sleep 1000");
    }

    [Test]
    public async Task Nothing_saved_is_lost_by_a_row_of_mistakes(CancellationToken cancellation)
    {
        await using var box = new TspmBox(cancellation);
        await box.Ok("start", "sleep 1000", "--name", "s", "-e", "A=1");
        var before = File.ReadAllText(Path.Combine(box.Home, "processes.json"));
        await box.Run("start", "no-such-program");
        await box.Run("start", "sleep 1000", "--cwd", "/no/such");
        await box.Run("set", "s", "nonsense=1");
        await box.Run("rename", "s", "a:7");
        await box.Run("delete", "s", "nobody");
        var after = File.ReadAllText(Path.Combine(box.Home, "processes.json"));
        await Assert.That(System.Text.Json.JsonDocument.Parse(after).RootElement.GetProperty("processes").ToString())
            .IsEqualTo(System.Text.Json.JsonDocument.Parse(before).RootElement.GetProperty("processes").ToString());
    }

    /// <summary>
    /// As an ordinary user, whom root becomes for this one command; who is none already is it anyway.
    /// </summary>
    static async Task<Ran> AsNobody(TspmBox box, params string[] arguments)
    {
        if (!Environment.IsPrivilegedProcess) return await box.Run(arguments);
        var program = Path.Combine(box.Folder, "tspm");
        // By another program: while this one writes a file, what it forks for other tests has it open for writing too,
        // and nobody can execute it (ETXTBSY).
        if (!File.Exists(program)) (await box.RunProgram("cp", PublishedExecutable.Path, program)).Exits(0);
        return (await box.RunProgram(Tools.Require("setpriv"),
            ["--reuid=65534", "--regid=65534", "--clear-groups", program, .. arguments])).CheckWords();
    }
}
