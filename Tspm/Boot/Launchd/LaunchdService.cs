using System.Globalization;
using Tspm.Platform;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Boot.Launchd;

/// <summary>
/// A job of launchd (man 5 launchd.plist): an agent of the user, which needs him to be logged in, or a daemon of the
/// machine. <c>AbandonProcessGroup</c> is its <c>KillMode=process</c>. Written after the documentation; not run so far.
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

    public override bool IsEnabled => Main.Look(out var text) != MarkedState.Absent && HomeOf(text) == Home.Path;

    public override string? HomeOf(string main) => StringBehind(main, "<key>TSPM_HOME</key>");

    public override string? ExecutableOf(string main) => StringBehind(main, "<key>ProgramArguments</key>");

    /// <summary>launchd lists its jobs with their pids.</summary>
    public override bool Runs(int guardianPid) =>
        Run(Launchctl, "print", Target) is { IsSuccess: true } job
            && job.Output
                .Contains(string.Create(CultureInfo.InvariantCulture, $"pid = {guardianPid}\n"),
                    StringComparison.Ordinal);

    public override IReadOnlyList<(MarkedFile File, string Content)> Files(bool socket)
    {
        if (socket)
            throw new BootException("--socket is for systemd; launchd starts the daemon when you log in, or with the "
                + "machine");
        var executable = Executable.Length > 0 ? Executable : StableExecutable.Find();
        var text = Body.Replace("%TSPM%", Escaped(executable), StringComparison.Ordinal)
            .Replace("%HOME%", Escaped(Home.Path), StringComparison.Ordinal);
        return [(Main, Main.Marked(text, "Whoever changes it keeps it: tspm leaves it alone then."))];
    }

    bool IsKnown => Run(Launchctl, "print", Target).IsSuccess;

    /// <summary>A job that is known already keeps what it was made with, until it is taken out.</summary>
    public override void SwitchOn(bool socket, List<string> notes)
    {
        _ = Run(Launchctl, "enable", Target);
        if (IsKnown && HasWritten) Do("the former job was not removed", Launchctl, "bootout", Target);
        if (!Home.IsSystem)
            notes.Add("it starts when you log in; for a machine that nobody logs in to: sudo tspm enable --system");
    }

    public override void Start()
    {
        if (!IsKnown) Do("the job was not accepted", Launchctl, "bootstrap", Domain, Main.Path);
        Do("the job was not started", Launchctl, "kickstart", Target);
    }

    /// <summary>
    /// With KeepAlive a job that ends comes back: it is taken out until the next login or start of the machine.
    /// </summary>
    public override void Stop() => Do("the job was not stopped", Launchctl, "bootout", Target);

    public override void Restart() => Do("the job was not restarted", Launchctl, "kickstart", "-k", Target);

    public override void SwitchOff(bool keepRunning, List<string> notes)
    {
        if (!keepRunning && IsKnown) Do("the job was not stopped", Launchctl, "bootout", Target);
        else if (keepRunning) notes.Add("launchd goes on with it until the daemon is stopped or you log out");
        File.Delete(Main.Path);
    }

    public override ServiceStatus Look(int? guardianPid)
    {
        var exists = Main.Look(out _) != MarkedState.Absent;
        var active = exists && guardianPid is { } pid && Runs(pid);
        return new ServiceStatus
        {
            Kind = Kind,
            Enabled = IsEnabled,
            Active = active,
            UnitPath = exists ? Main.Path : null,
            Hint = exists && guardianPid is not null && !active
                ? "the daemon runs outside of it; hand it over with: tspm enable"
                : null,
        };
    }

    static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    static string? StringBehind(string text, string key)
    {
        var start = text.IndexOf(key, StringComparison.Ordinal);
        if (start >= 0) start = text.IndexOf("<string>", start, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf("</string>", start, StringComparison.Ordinal);
        if (end < 0) return null;
        return text[(start + "<string>".Length)..end].Replace("&lt;", "<", StringComparison.Ordinal)
            .Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);
    }
}
