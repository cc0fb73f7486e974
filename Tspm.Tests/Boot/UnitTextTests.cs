using Tspm.Boot;
using Tspm.Boot.Launchd;
using Tspm.Platform.Linux.Spawning;
using Tspm.Protocol;
using Tspm.Storage;
using Tspm.Tests.Fixtures;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Boot;

/// <summary>
/// What is written for systemd and launchd, byte for byte, and what their own programs say of it. After a change that
/// is meant: TSPM_WRITE_GOLDENS=1 writes the files under Data/boot anew.
/// </summary>
[Timeout(60_000)]
internal sealed class UnitTextTests
{
    const string Odd = "/home/o d\"d\\%h/.tspm", OddProgram = "/opt/my tspm/100%/tspm";

    [Test]
    [Arguments("user.service"), Arguments("system.service"), Arguments("odd.service"), Arguments("user.socket"),
        Arguments("system.socket"), Arguments("user.plist"), Arguments("system.plist")]
    public async Task Units_are_their_goldens(string name, CancellationToken cancellation)
    {
        var (file, content) = Make(name);
        // The version is in the text, and by that in the mark.
        var text = content.Replace(ProductVersion.Current, "VERSION", StringComparison.Ordinal);
        text = System.Text.RegularExpressions.Regex.Replace(text, "tspm-mark: [0-9a-f]{32}", "tspm-mark: MARK");
        var golden = Repository.Data($"boot/{name}");
        if (Environment.GetEnvironmentVariable("TSPM_WRITE_GOLDENS") == "1") File.WriteAllText(golden, text);
        await Assert.That(text).IsEqualTo(File.ReadAllText(golden));
    }

    [Test]
    [Arguments("user.service"), Arguments("system.service"), Arguments("odd.service"), Arguments("user.plist"),
        Arguments("system.plist")]
    public async Task Home_and_executable_can_be_read_out_of_them_again(string name, CancellationToken cancellation)
    {
        var home = new TspmHome(HomeOf(name));
        BootService service = name.EndsWith(".plist", StringComparison.Ordinal)
            ? new LaunchdService(home, new RecordedTools().Run)
            : new SystemdService(home, new RecordedTools().Run);
        var text = Make(name).Content;
        await Assert.That(service.HomeOf(text)).IsEqualTo(home.Path);
        await Assert.That(service.ExecutableOf(text)).IsEqualTo(ProgramOf(name));
    }

    /// <summary>The executable named in a unit has to be there for this, so it is one that is.</summary>
    [Test]
    [Arguments(false, false), Arguments(true, false), Arguments(false, true), Arguments(true, true)]
    public async Task Systemd_finds_nothing_wrong_with_them(bool isSystem, bool socket, CancellationToken cancellation)
    {
        var analyze = Tools.Require("systemd-analyze");
        var folder = Directory.CreateTempSubdirectory("tspm-units-").FullName;
        try
        {
            var home = new TspmHome(isSystem ? TspmHome.SystemPath : folder + "/a home");
            var service = new SystemdService(home, new RecordedTools().Run)
            {
                Folder = folder,
                Executable = "/bin/true",
            };
            var files = service.Files(socket);
            foreach (var (file, content) in files) file.Write(content);
            // A user's manager is asked for in its place, which a bare machine has not.
            var environment = new Dictionary<string, string>
            {
                ["PATH"] = "/usr/bin:/bin",
                ["XDG_RUNTIME_DIR"] = folder,
                ["HOME"] = folder,
            };
            string[] words = [isSystem ? "--system" : "--user", "--man=no", "verify",
                .. files.Select(entry => entry.File.Path)];
            var verified = ToolRun.Run(analyze, [analyze, .. words], environment, withErrors: true, 30_000, 1 << 20);
            await Assert.That(verified.IsSuccess).IsTrue().Because(verified.Output);
            // The machine's own units have their own faults; not a word about ours.
            await Assert.That(verified.Output.Split('\n').Where(line =>
                line.Contains("tspm", StringComparison.Ordinal))).IsEmpty();
            var secured = ToolRun
                .Run(analyze, [analyze, "security", "--offline=true", service.Main.Path], null, withErrors: true,
                    30_000, 1 << 20);
            await Assert.That(secured.Output).Contains("Overall exposure level for tspm.service");
            TestContext.Current!.Output
                .WriteLine(secured.Output.Split('\n').First(line =>
                    line.Contains("Overall", StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    [Arguments("user.plist"), Arguments("system.plist")]
    public async Task Plists_are_property_lists(string name, CancellationToken cancellation)
    {
        var checker = Tools.Require("plutil", "plistutil");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Make(name).Content, cancellation);
            string[] words = checker.EndsWith("plutil", StringComparison.Ordinal)
                ? ["-lint", file]
                : ["-f", "xml", "-i", file];
            var checkedOne = ToolRun.Run(checker, [checker, .. words], null, withErrors: true, 30_000, 1 << 20);
            await Assert.That(checkedOne.IsSuccess).IsTrue().Because(checkedOne.Output);
            if (words[0] == "-f")
                await Assert.That(checkedOne.Output).Contains("<key>AbandonProcessGroup</key>").And
                    .Contains("--take-over");
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    [Arguments("plain", "plain")]
    [Arguments("100%", "100%%")]
    [Arguments("a b", "\"a b\"")]
    [Arguments("a\"b\\c", "\"a\\\"b\\\\c\"")]
    public async Task Words_are_quoted_as_systemd_reads_them(string text, string expected,
        CancellationToken cancellation)
    {
        await Assert.That(UnitText.Word(text)).IsEqualTo(expected);
        await Assert.That(UnitText.FirstWordOf($"[Service]\nKey={UnitText.Word(text)} more\n", "Key=")).IsEqualTo(text);
    }

    static string HomeOf(string name) =>
        name.StartsWith("system", StringComparison.Ordinal)
            ? TspmHome.SystemPath
            : name.StartsWith("odd", StringComparison.Ordinal) ? Odd : "/home/u/.tspm";

    static string ProgramOf(string name) =>
        name.StartsWith("odd", StringComparison.Ordinal) ? OddProgram : "/usr/local/bin/tspm";

    static (MarkedFile File, string Content) Make(string name)
    {
        var home = new TspmHome(HomeOf(name));
        BootService service = name.EndsWith(".plist", StringComparison.Ordinal)
            ? new LaunchdService(home, new RecordedTools().Run)
            {
                Folder = "/Library",
                Executable = ProgramOf(name),
                UserId = 501,
            }
            : new SystemdService(home, new RecordedTools().Run) { Folder = "/units", Executable = ProgramOf(name) };
        var files = service.Files(socket: name.EndsWith(".socket", StringComparison.Ordinal));
        return files[^1];
    }
}
