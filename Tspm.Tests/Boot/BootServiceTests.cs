using Tspm.Boot;
using Tspm.Boot.Launchd;
using Tspm.Storage;

namespace Tspm.Tests.Boot;

/// <summary>What is written, asked for and removed, with programs that only write down how they were called.</summary>
[Timeout(60_000)]
internal sealed class BootServiceTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tspm-boot-").FullName;
    readonly RecordedTools _tools = new();
    readonly TspmHome _home;

    public BootServiceTests()
    {
        _home = new TspmHome(_folder + "/home");
        Directory.CreateDirectory(_folder + "/bin");
        File.WriteAllText(Executable, "");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    SystemdService Systemd(string? home = null) => new(home is null ? _home : new TspmHome(home), _tools.Run)
    {
        Folder = _folder + "/units",
        RuntimeFolder = _folder + "/runtime",
        LingerFolder = _folder + "/linger",
        Executable = Executable
    };

    string Executable => _folder + "/bin/tspm";

    string Unit => _folder + "/units/tspm.service";

    List<string> Write(bool socket = false, bool force = false)
    {
        var notes = new List<string>();
        Systemd().Write(socket, force, notes);
        return notes;
    }

    [Test]
    public async Task A_unit_is_written_once_and_then_left_alone(CancellationToken cancellation)
    {
        await Assert.That(Write()).IsEquivalentTo([$"wrote {Unit}"]);
        var written = File.GetLastWriteTimeUtc(Unit);
        await Assert.That(Write()).IsEquivalentTo([$"{Unit} is up to date"]);
        await Assert.That(File.GetLastWriteTimeUtc(Unit)).IsEqualTo(written);
        await Assert.That((int)File.GetUnixFileMode(Unit)).IsEqualTo(Convert.ToInt32("644", 8));
        await Assert.That(Directory.GetFiles(_folder + "/units")).IsEquivalentTo([Unit]);
    }

    [Test]
    public async Task A_unit_of_an_older_version_is_updated(CancellationToken cancellation)
    {
        var service = Systemd();
        service.Main.Write(service.Main.Marked("[Service]\nExecStart=/old/tspm daemon\n", "old"));
        await Assert.That(Write()).IsEquivalentTo([$"updated {Unit}"]);
        await Assert.That(service.ExecutableOf(File.ReadAllText(Unit))).IsEqualTo(Executable);
    }

    [Test]
    public async Task A_unit_that_somebody_changed_or_wrote_is_named_and_left_as_it_is(CancellationToken cancellation)
    {
        Write();
        var changed = File.ReadAllText(Unit).Replace("WatchdogSec=60s", "WatchdogSec=5s", StringComparison.Ordinal);
        foreach (var text in new[] { changed, "[Service]\nExecStart=/mine\n", "", "x" + File.ReadAllText(Unit) })
        {
            File.WriteAllText(Unit, text);
            var refused = await Assert.That(() => Write()).Throws<BootException>();
            await Assert.That(refused!.Message).Contains(Unit).And.Contains("--force");
            await Assert.That(File.ReadAllText(Unit)).IsEqualTo(text);
        }
        await Assert.That(Write(force: true)).IsEquivalentTo([$"updated {Unit}"]);
        await Assert.That(File.ReadAllText(Unit)).Contains("WatchdogSec=60s");
    }

    [Test]
    public async Task The_service_of_another_home_is_not_taken_away_from_it(CancellationToken cancellation)
    {
        Write();
        var other = Systemd(_folder + "/other");
        var refused = await Assert.That(() => other.Write(socket: false, force: false, [])).Throws<BootException>();
        await Assert.That(refused!.Message).Contains(_home.Path);
        Enabled("default.target.wants", "tspm.service");
        await Assert.That((Systemd().IsEnabled, other.IsEnabled)).IsEqualTo((true, false));
    }

    [Test]
    public async Task Nothing_is_written_when_one_of_two_files_was_changed(CancellationToken cancellation)
    {
        Directory.CreateDirectory(_folder + "/units");
        File.WriteAllText(_folder + "/units/tspm.socket", "mine");
        await Assert.That(() => Write(socket: true)).Throws<BootException>();
        await Assert.That(File.Exists(Unit)).IsFalse();
    }

    [Test]
    public async Task Switching_on_asks_systemd_in_the_right_order(CancellationToken cancellation)
    {
        Write();
        List<string> notes = [];
        Systemd().SwitchOn(socket: false, notes);
        Systemd().Start();
        await Assert.That(_tools.Calls).IsEquivalentTo(
            [$"loginctl enable-linger {Tspm.Platform.FileSystem.NameOfUser()}", "systemctl --user daemon-reload",
                "systemctl --user enable --quiet tspm.service", "systemctl --user start tspm.service"]);
        await Assert.That(notes).IsEmpty();
    }

    [Test]
    public async Task Who_lingers_already_is_not_asked_about(CancellationToken cancellation)
    {
        Write();
        Directory.CreateDirectory(_folder + "/linger");
        File.WriteAllText($"{_folder}/linger/{Tspm.Platform.FileSystem.NameOfUser()}", "");
        Systemd().SwitchOn(socket: false, []);
        await Assert.That(_tools.Calls[0]).IsEqualTo("systemctl --user daemon-reload");
    }

    [Test]
    public async Task Lingering_that_is_not_permitted_is_said_with_the_command_to_run(CancellationToken cancellation)
    {
        Write();
        _tools.Failures["loginctl"] = "Could not enable linger: Access denied\nmore";
        List<string> notes = [];
        Systemd().SwitchOn(socket: false, notes);
        await Assert.That(notes.Single()).Contains("Access denied").And
            .Contains($"sudo loginctl enable-linger {Tspm.Platform.FileSystem.NameOfUser()}").And
                .DoesNotContain("more");
        await Assert.That(_tools.Calls[^1]).Contains("enable --quiet tspm.service");
    }

    [Test]
    public async Task A_failure_of_systemd_is_told_in_its_words_with_what_to_do(CancellationToken cancellation)
    {
        Write();
        _tools.Failures["systemctl --user daemon-reload"] = "Failed to connect to bus: No medium found\n";
        var refused = await Assert.That(() => Systemd().SwitchOn(socket: false, [])).Throws<BootException>();
        await Assert.That(refused!.Message).Contains("No medium found").And.Contains("tspm enable --user");
        _tools.Failures.Clear();
        _tools.Failures["systemctl --user start"] =
            "Job for tspm.service failed because the control process exited with error code.\n";
        refused = await Assert.That(() => Systemd().Start()).Throws<BootException>();
        await Assert.That(refused!.Message)
            .EndsWith("exited with error code. See: systemctl --user status tspm.service");
    }

    [Test]
    public async Task The_socket_replaces_the_service_at_boot_and_the_service_the_socket(CancellationToken cancellation)
    {
        Write(socket: true);
        Systemd().SwitchOn(socket: true, []);
        await Assert.That(_tools.Calls[1..])
            .IsEquivalentTo(["systemctl --user daemon-reload", "systemctl --user disable --quiet tspm.service",
                "systemctl --user enable --quiet tspm.socket"]);
        await Assert.That(File.ReadAllText(_folder + "/units/tspm.socket"))
            .Contains($"ListenStream={_home.SocketPath}\n");
        _tools.Calls.Clear();
        Systemd().SwitchOn(socket: false, []);
        await Assert.That(_tools.Calls[2..])
            .IsEquivalentTo(["systemctl --user disable --quiet --now tspm.socket",
                "systemctl --user enable --quiet tspm.service"]);
        await Assert.That(File.Exists(_folder + "/units/tspm.socket")).IsFalse();
    }

    [Test]
    public async Task Switching_off_leaves_no_file_but_what_is_the_users_own(CancellationToken cancellation)
    {
        Write(socket: true);
        Directory.CreateDirectory(Unit + ".d");
        List<string> notes = [];
        Systemd().SwitchOff(keepRunning: false, notes);
        await Assert.That(_tools.Calls).IsEquivalentTo(
        [
            "systemctl --user disable --quiet --now tspm.socket", "systemctl --user disable --quiet --now tspm.service",
            "systemctl --user daemon-reload", "systemctl --user reset-failed tspm.service",
        ]);
        await Assert.That(Directory.GetFileSystemEntries(_folder + "/units")).IsEquivalentTo([Unit + ".d"]);
        await Assert.That(notes.Single()).Contains(Unit + ".d");
    }

    [Test]
    public async Task Keep_running_leaves_systemd_a_unit_until_the_next_boot(CancellationToken cancellation)
    {
        Write();
        var text = File.ReadAllText(Unit);
        Systemd().SwitchOff(keepRunning: true, []);
        await Assert.That(_tools.Calls)
            .IsEquivalentTo(["systemctl --user disable --quiet tspm.service", "systemctl --user daemon-reload"]);
        await Assert.That(File.Exists(Unit)).IsFalse();
        await Assert.That(File.ReadAllText(_folder + "/runtime/tspm.service")).IsEqualTo(text);
        Systemd().Stop();
        await Assert.That(File.Exists(_folder + "/runtime/tspm.service")).IsFalse();
    }

    [Test]
    public async Task Status_says_how_it_is_and_what_to_do(CancellationToken cancellation)
    {
        await Assert.That(Systemd().ReadStatus(null).UnitPath).IsNull();
        Write();
        await Assert.That(Systemd().ReadStatus(null).Hint).Contains("not enabled");
        Enabled("default.target.wants", "tspm.service");
        var own = Environment.ProcessId;
        var look = Systemd().ReadStatus(own);
        await Assert.That((look.Kind, look.Enabled, look.Active, look.UnitPath, look.Linger))
            .IsEqualTo(("systemd", true, false, Unit, false));
        await Assert.That(look.Hint).Contains("outside").And.Contains("tspm enable");
        await Assert.That(Systemd().ReadStatus(null).Hint).Contains("tspm daemon start");
        await Assert.That(Systemd(_folder + "/other").ReadStatus(own).Hint).Contains("another home");
        // Every other hint would lead to a start that fails.
        File.WriteAllText(Unit, File.ReadAllText(Unit).Replace(Executable, "/gone/tspm", StringComparison.Ordinal));
        await Assert.That(Systemd().ReadStatus(null).Hint).Contains("/gone/tspm").And.Contains("tspm enable");
    }

    [Test]
    public async Task Launchd_is_asked_as_its_manual_says(CancellationToken cancellation)
    {
        var service = new LaunchdService(_home, _tools.Run)
        {
            Folder = _folder + "/agents",
            Executable = "/usr/local/bin/tspm",
            UserId = 501,
        };
        var plist = _folder + "/agents/tspm.plist";
        _tools.Failures["launchctl print gui/501/tspm"] = "Could not find service";
        service.Write(socket: false, force: false, []);
        List<string> notes = [];
        service.SwitchOn(socket: false, notes);
        service.Start();
        await Assert.That(_tools.Calls).IsEquivalentTo(
            ["launchctl enable gui/501/tspm", "launchctl print gui/501/tspm", "launchctl print gui/501/tspm",
                $"launchctl bootstrap gui/501 {plist}", "launchctl kickstart gui/501/tspm"]);
        await Assert.That(notes.Single()).Contains("--system");
        await Assert.That(service.IsEnabled).IsTrue();
        _tools.Failures.Clear();
        _tools.Calls.Clear();
        service.SwitchOff(keepRunning: false, []);
        await Assert.That(_tools.Calls)
            .IsEquivalentTo(["launchctl print gui/501/tspm", "launchctl bootout gui/501/tspm"]);
        await Assert.That(File.Exists(plist)).IsFalse();
        await Assert.That(() => service.Files(socket: true)).Throws<BootException>();
    }

    [Test]
    public async Task A_job_that_runs_is_only_taken_out_when_its_plist_is_another_one(CancellationToken cancellation)
    {
        LaunchdService Make(string executable) =>
            new(_home, _tools.Run) { Folder = _folder + "/agents", Executable = executable, UserId = 501 };
        Make("/a").Write(socket: false, force: false, []);
        var same = Make("/a");
        same.Write(socket: false, force: false, []);
        same.SwitchOn(socket: false, []);
        await Assert.That(_tools.Calls).DoesNotContain("launchctl bootout gui/501/tspm");
        var newer = Make("/b");
        newer.Write(socket: false, force: false, []);
        newer.SwitchOn(socket: false, []);
        await Assert.That(_tools.Calls).Contains("launchctl bootout gui/501/tspm");
    }

    [Test]
    public async Task A_plist_that_somebody_changed_is_left_as_it_is(CancellationToken cancellation)
    {
        var service = new LaunchdService(_home, _tools.Run) { Folder = _folder + "/agents", Executable = "/a" };
        service.Write(socket: false, force: false, []);
        var path = service.Main.Path;
        await Assert.That(service.Main.Read(out _)).IsEqualTo(MarkedState.Ours);
        File.WriteAllText(path, File.ReadAllText(path).Replace("<true/>", "<false/>", StringComparison.Ordinal));
        await Assert.That(() => service.Write(socket: false, force: false, [])).Throws<BootException>();
    }

    void Enabled(string wants, string unit)
    {
        Directory.CreateDirectory($"{_folder}/units/{wants}");
        File.CreateSymbolicLink($"{_folder}/units/{wants}/{unit}", $"{_folder}/units/{unit}");
    }
}
