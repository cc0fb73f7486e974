using System.Globalization;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Boot.Launchd;

/// <summary>
/// A launchd job (man 5 launchd.plist): a user agent, which runs only while the user is logged in, or a system daemon.
/// <c>AbandonProcessGroup</c> has the effect of systemd's <c>KillMode=process</c>. Written from the documentation; it
/// has not been run on macOS yet.
/// </summary>
internal sealed class LaunchdService(TspmHome home, ToolRunner run) : BootService(home, run)
{
    public const string Label = "tspm";

    const string Launchctl = "launchctl";

    const string Declaration = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">

        """;

    const string Body = """
        <plist version="1.0">
        <dict>
            <key>Label</key>
            <string>tspm</string>
            <key>ProgramArguments</key>
            <array>
                <string>%TSPM%</string>
                <string>daemon</string>
                <string>--take-over</string>
            </array>
            <key>EnvironmentVariables</key>
            <dict>
                <key>TSPM_HOME</key>
                <string>%HOME%</string>
            </dict>
            <key>RunAtLoad</key>
            <true/>
            <key>KeepAlive</key>
            <true/>
            <key>AbandonProcessGroup</key>
            <true/>
            <key>ExitTimeOut</key>
            <integer>90</integer>
            <key>ThrottleInterval</key>
            <integer>1</integer>
            <key>ProcessType</key>
            <string>Interactive</string>
            <key>HardResourceLimits</key>
            <dict>
                <key>NumberOfFiles</key>
                <integer>65536</integer>
            </dict>
        </dict>
        </plist>

        """;

    public override string Kind => "launchd";

    public string Folder { get; init; } = home.IsSystem
        ? "/Library/LaunchDaemons"
        : $"{Environment.GetEnvironmentVariable("HOME")}/Library/LaunchAgents";

    public string Executable { get; init; } = "";

    public uint UserId { get; init; } = CurrentSystem.UserId;

    public override MarkedFile Main => new($"{Folder}/{Label}.plist", "<!-- ", " -->") { Head = Declaration };

    string Domain => Home.IsSystem ? "system" : string.Create(CultureInfo.InvariantCulture, $"gui/{UserId}");

    string Target => $"{Domain}/{Label}";

    public override string WhereToLook => $"launchctl print {Target}";

    public override bool IsEnabled => Main.Read(out var text) != MarkedState.Absent && HomeOf(text) == Home.Path;

    public override string? HomeOf(string main) => StringAfter(main, "<key>TSPM_HOME</key>");

    public override string? ExecutableOf(string main) => StringAfter(main, "<key>ProgramArguments</key>");

    /// <summary><c>launchctl print</c> shows the pid of a running job.</summary>
    public override bool Runs(int guardianPid)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"pid = {guardianPid}\n");
        return Run(Launchctl, "print", Target) is { IsSuccess: true } job
            && job.Output.Contains(line, StringComparison.Ordinal);
    }

    public override IReadOnlyList<(MarkedFile File, string Content)> Files(bool socket)
    {
        if (socket)
            throw new BootException("--socket requires systemd; launchd starts the daemon when you log in, or at boot");
        var executable = Executable.Length > 0 ? Executable : StableExecutable.Find();
        var text = Body.Replace("%TSPM%", Escaped(executable), StringComparison.Ordinal)
            .Replace("%HOME%", Escaped(Home.Path), StringComparison.Ordinal);
        return [(Main, Main.Marked(text, "If you change this file, tspm no longer updates it."))];
    }

    bool IsKnown => Run(Launchctl, "print", Target).IsSuccess;

    /// <summary>
    /// launchd does not re-read the file of a loaded job, so a job whose file has changed is removed.
    /// </summary>
    public override void SwitchOn(bool socket, List<string> notes)
    {
        _ = Run(Launchctl, "enable", Target);
        if (IsKnown && HasWritten) Do("the previous job was not removed", Launchctl, "bootout", Target);
        if (!Home.IsSystem)
            notes.Add(
                "the daemon starts when you log in; if nobody logs in to this machine: sudo tspm enable --system");
    }

    public override void Start()
    {
        if (!IsKnown) Do("the job was not accepted", Launchctl, "bootstrap", Domain, Main.Path);
        Do("the job was not started", Launchctl, "kickstart", Target);
    }

    /// <summary>
    /// With KeepAlive, launchd restarts a job that ends, so the job is removed until the next login or boot.
    /// </summary>
    public override void Stop() => Do("the job was not stopped", Launchctl, "bootout", Target);

    public override void Restart() => Do("the job was not restarted", Launchctl, "kickstart", "-k", Target);

    public override void SwitchOff(bool keepRunning, List<string> notes)
    {
        if (!keepRunning && IsKnown) Do("the job was not stopped", Launchctl, "bootout", Target);
        else if (keepRunning) notes.Add("launchd keeps the job until the daemon stops or you log out");
        File.Delete(Main.Path);
    }

    public override ServiceStatus ReadStatus(int? guardianPid)
    {
        var exists = Main.Read(out _) != MarkedState.Absent;
        var active = exists && guardianPid is { } pid && Runs(pid);
        return new ServiceStatus
        {
            Kind = Kind,
            Enabled = IsEnabled,
            Active = active,
            UnitPath = exists ? Main.Path : null,
            Hint = exists && guardianPid is not null && !active
                ? "the daemon runs outside the service; to hand it over: tspm enable"
                : null,
        };
    }

    static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    static string? StringAfter(string text, string key)
    {
        var start = text.IndexOf(key, StringComparison.Ordinal);
        if (start >= 0) start = text.IndexOf("<string>", start, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf("</string>", start, StringComparison.Ordinal);
        if (end < 0) return null;
        return text[(start + "<string>".Length)..end].Replace("&lt;", "<", StringComparison.Ordinal)
            .Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);
    }
}
