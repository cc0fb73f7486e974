using System.Globalization;
using System.Text;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// Everything that a guardian has, in the form in which it passes from one version to the next. The old version writes
/// it into a memory file, and the new one reads it in the same process, where the descriptors have the same numbers. It
/// is text and not a memory layout, because two versions must agree on it: lines of <c>KEY VALUE…</c>, a first line
/// with the format, and a last line that proves completeness. Unknown keys are skipped, so a version may add anything
/// that an older one can do without; anything else requires a higher <see cref="HandoverFormat"/>. A rollback writes
/// the format that the previous version has written.
/// </summary>
internal sealed record Handover
{
    const string Head = "tspm-handover", End = "end";

    /// <summary>The key of the guardian lock; released versions write and read this word.</summary>
    const string LockKey = "office";

    /// <summary>
    /// The format in which the handover was or will be written; a rollback writes that of the previous version.
    /// </summary>
    public int Format { get; init; } = HandoverFormat.Current;

    /// <summary>
    /// Number of the listening socket. All descriptors are numbers here, because numbers survive an exec; the receiver
    /// of the handover owns the descriptors.
    /// </summary>
    public required int Listener { get; init; }

    /// <summary>Number of the descriptor of the guardian lock.</summary>
    public required int GuardianLock { get; init; }

    public required GuardianOptions Options { get; init; }

    /// <summary>
    /// Whether a daemon of this guardian has been ready: from then on, a failed start is retried.
    /// </summary>
    public bool WasReady { get; init; }

    /// <summary>Consecutive failures of daemons.</summary>
    public int QuickDeaths { get; init; }

    /// <summary>Whether SIGTERM came and no daemon has acted on it yet.</summary>
    public bool EndWanted { get; init; }

    /// <summary>When the last daemon died, in clock ticks since boot; 0: none has.</summary>
    public long DaemonDiedAtTicks { get; init; }

    /// <summary>Numbers of the descriptors in the <see cref="DescriptorStore"/>.</summary>
    public IReadOnlyDictionary<DescriptorKey, int> Stored { get; init; } = new Dictionary<DescriptorKey, int>();

    /// <summary>Records of orphans that no daemon has acknowledged yet.</summary>
    public IReadOnlyList<GuardianMessage> Reaped { get; init; } = [];

    /// <summary>Number of the newest record of an orphan.</summary>
    public ulong LastReaped { get; init; }

    /// <summary>
    /// Pid of the client that copies the logs to standard output, see <see cref="LogsOnOutput"/>; 0: none.
    /// </summary>
    public int LogsPid { get; init; }

    /// <summary>Unplanned daemon deaths; null: the previous version did not count them.</summary>
    public DeathTally? Deaths { get; init; }

    /// <summary>All descriptors that must stay open across the exec.</summary>
    public IReadOnlyList<int> Descriptors => [Listener, GuardianLock, .. Stored.Values];

    /// <summary>The text of the handover.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder();
        Line(Head, Format);
        Line("listener", Listener);
        Line(LockKey, GuardianLock);
        Line("open-files", Options.OpenFilesLimit);
        if (Options.OomScore is { } score) Line("oom-score", score);
        if (Options.Limits is { } limits) text.Append("soft-limits ").Append(limits).Append('\n');
        Line("foreground", Options.Foreground ? 1 : 0);
        Line("was-ready", WasReady ? 1 : 0);
        Line("quick-deaths", QuickDeaths);
        Line("end-wanted", EndWanted ? 1 : 0);
        Line("daemon-died", DaemonDiedAtTicks);
        text.Append("last-reaped ").Append(Text(LastReaped)).Append('\n');
        foreach (var (key, descriptor) in Stored)
            text.Append("hold ").Append(Text(key.Wire)).Append(' ').Append(Text(descriptor)).Append('\n');
        foreach (var record in Reaped)
        {
            text.Append("reaped ").Append(Text(record.Number)).Append(' ').Append(Text(record.Pid)).Append(' ')
                .Append(Text(record.WaitStatus));
            text.Append(' ').Append(Text(record.StartTicks)).Append(' ').Append(Text(record.LedSession)).Append('\n');
        }
        if (Options.HasForeignSocket) Line("foreign-socket", 1);
        if (Options.ShowsLogs) Line("logs", LogsPid);
        if (Options.ExitWhen is { } when) text.Append("exit-when ").Append(when).Append('\n');
        if (Deaths is { } deaths) text.Append("deaths ").Append(deaths.ToText(' ')).Append('\n');
        if (Options.HomeProblem is { } home)
            text.Append("home-problem ").Append(home.ReplaceLineEndings(" ")).Append('\n');
        if (Options.UpgradeProblem is { } problem)
            text.Append("problem ").Append(problem.ReplaceLineEndings(" ")).Append('\n');
        return Encoding.UTF8.GetBytes(text.Append(End).Append('\n').ToString());

        void Line(string key, long value) => text.Append(key).Append(' ').Append(Text(value)).Append('\n');
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Parses the text of a handover.</summary>
    /// <exception cref="HandoverException">It has a newer format, or is incomplete or invalid.</exception>
    public static Handover Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        var format = FormatOf(lines[0]);
        if (lines.Length < 2 || lines[^1].Length > 0 || lines[^2] != End)
            throw new HandoverException("the handover from the previous guardian is incomplete");
        int? listener = null, guardianLock = null;
        ulong? lastReaped = null;
        var given = new Handover
        {
            Format = format,
            Listener = -1,
            GuardianLock = -1,
            Options = new GuardianOptions(GuardianPid: Unistd.getpid()),
        };
        var stored = new Dictionary<DescriptorKey, int>();
        var reaped = new List<GuardianMessage>();
        foreach (var line in lines.AsSpan(1..^2))
        {
            var words = line.Split(' ');
            switch (words)
            {
                case ["hold", var key, var descriptor, ..]:
                    stored[DescriptorKey.FromWire(Count(key))] = (int)Number(descriptor);
                    break;
                case ["reaped", _, _, _, _, _, ..]: reaped.Add(RecordOf(words)); break;
                case ["last-reaped", var number, ..]: lastReaped = Count(number); break;
                case ["listener", var number, ..]: listener = (int)Number(number); break;
                case [LockKey, var number, ..]: guardianLock = (int)Number(number); break;
                case ["open-files", var number, ..]:
                    given = given with { Options = given.Options with { OpenFilesLimit = Number(number) } };
                    break;
                case ["oom-score", var number, ..]:
                    given = given with { Options = given.Options with { OomScore = (int)Number(number) } };
                    break;
                case ["soft-limits", ..]:
                    given = given with { Options = given.Options with { Limits = line["soft-limits ".Length..] } };
                    break;
                case ["foreground", var number, ..]:
                    given = given with { Options = given.Options with { Foreground = Number(number) == 1 } };
                    break;
                case ["was-ready", var number, ..]: given = given with { WasReady = Number(number) == 1 }; break;
                case ["quick-deaths", var number, ..]: given = given with { QuickDeaths = (int)Number(number) }; break;
                case ["end-wanted", var number, ..]: given = given with { EndWanted = Number(number) == 1 }; break;
                case ["daemon-died", var number, ..]: given = given with { DaemonDiedAtTicks = Number(number) }; break;
                case ["foreign-socket", var number, ..]:
                    given = given with { Options = given.Options with { HasForeignSocket = Number(number) == 1 } };
                    break;
                case ["logs", var number, ..]:
                    given = given with
                    {
                        LogsPid = (int)Number(number),
                        Options = given.Options with { ShowsLogs = true },
                    };
                    break;
                case ["exit-when", var when, ..]:
                    given = given with { Options = given.Options with { ExitWhen = when } };
                    break;
                case ["deaths", .. var numbers]:
                    given = given with { Deaths = DeathTally.Parse(numbers) ?? given.Deaths };
                    break;
                case ["home-problem", .. var sentence]:
                    given = given with { Options = given.Options with { HomeProblem = string.Join(' ', sentence) } };
                    break;
                case ["problem", .. var sentence]:
                    given = given with { Options = given.Options with { UpgradeProblem = string.Join(' ', sentence) } };
                    break;
            }
        }
        return given with
        {
            Listener = listener ?? throw Missing("listener"),
            GuardianLock = guardianLock ?? throw Missing(LockKey),
            LastReaped = lastReaped ?? throw Missing("last-reaped"),
            Stored = stored,
            Reaped = reaped,
        };
    }

    static int FormatOf(string head)
    {
        if (head.Split(' ') is not [Head, var format])
            throw new HandoverException("the handover from the previous guardian has an unknown first line");
        if (Number(format) is var number && number <= HandoverFormat.Current) return (int)number;
        throw new HandoverException(string.Create(
            CultureInfo.InvariantCulture,
            $"the handover from the previous guardian has format {format}; this version reads formats up to "
                + $"{HandoverFormat.Current}"));
    }

    static GuardianMessage RecordOf(string[] words) => new()
    {
        Kind = GuardianMessageKind.Reaped,
        Number = Count(words[1]),
        Pid = (int)Number(words[2]),
        WaitStatus = (int)Number(words[3]),
        StartTicks = Number(words[4]),
        LedSession = (int)Number(words[5]),
    };

    static HandoverException Missing(string key) => new($"the handover from the previous guardian lacks '{key}'");

    static long Number(string word) =>
        long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw NotANumber(word);

    static ulong Count(string word) =>
        ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw NotANumber(word);

    static HandoverException NotANumber(string word) =>
        new($"the handover from the previous guardian has '{word}' in place of a number");
}

/// <summary>A handover that this version cannot accept; the message says why.</summary>
internal sealed class HandoverException(string message) : Exception(message);
