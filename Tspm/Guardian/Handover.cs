using System.Globalization;
using System.Text;
using Tspm.Guardian.Contract;
using Tspm.Libc;
using Tspm.Platform;

namespace Tspm.Guardian;

/// <summary>
/// All that a guardian has, as it goes from one executable to the next: written into a file in memory by the old one,
/// read by the new one in the same process, where the descriptors have the same numbers. Lines of text, and not the
/// guardian's structures, because two versions have to agree on it: <c>KEY VALUE…</c>, with a head that names the
/// format and an end that shows it is whole. A key that the reader does not know is passed over, so a version may add
/// what an older one can do without; what it could not do without raises <see cref="HandoverFormat"/>. A guardian that
/// goes back to its predecessor must write the format that it was given.
/// </summary>
internal sealed record Handover
{
    const string Head = "tspm-handover", End = "end";

    /// <summary>The key of the guardian lock; versions that are out there write and read this word.</summary>
    const string LockKey = "office";

    /// <summary>
    /// How it is, or was, written. A version that goes back to its predecessor writes what that one wrote.
    /// </summary>
    public int Format { get; init; } = HandoverFormat.Current;

    /// <summary>
    /// Its number, as of all descriptors here: numbers are what goes over an exec. With the handover they belong to
    /// whoever takes it up, and are owned there.
    /// </summary>
    public required int Listener { get; init; }

    /// <summary>The lock that makes it the one guardian.</summary>
    public required int GuardianLock { get; init; }

    public required GuardianOptions Options { get; init; }

    /// <summary>A daemon of this guardian has answered: from then on a start that fails is tried again.</summary>
    public bool WasReady { get; init; }

    public int QuickDeaths { get; init; }

    /// <summary>SIGTERM came and no daemon has acted on it yet.</summary>
    public bool EndWanted { get; init; }

    /// <summary>When the last daemon died, on the clock of start times; 0: none has.</summary>
    public long DaemonDiedAtTicks { get; init; }

    public IReadOnlyDictionary<DescriptorKey, int> Stored { get; init; } = new Dictionary<DescriptorKey, int>();

    public IReadOnlyList<GuardianMessage> Reaped { get; init; } = [];

    public ulong LastReaped { get; init; }

    /// <summary>Who follows the logs for our standard output, see <see cref="LogsOnOutput"/>; 0: nobody.</summary>
    public int LogsPid { get; init; }

    /// <summary>Daemons that died unplanned; null: the former guardian did not count them.</summary>
    public DeathTally? Deaths { get; init; }

    /// <summary>Every descriptor that has to stay open.</summary>
    public IReadOnlyList<int> Descriptors => [Listener, GuardianLock, .. Stored.Values];

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

    /// <exception cref="HandoverException">It is of a newer format, or not whole.</exception>
    public static Handover Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        var format = FormatOf(lines[0]);
        if (lines.Length < 2 || lines[^1].Length > 0 || lines[^2] != End)
            throw new HandoverException("what the former guardian handed over is not whole");
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
                case ["home-problem", ..]:
                    given = given with
                    {
                        Options = given.Options with { HomeProblem = line["home-problem ".Length..] },
                    };
                    break;
                case ["problem", ..]:
                    given = given with { Options = given.Options with { UpgradeProblem = line["problem ".Length..] } };
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
            throw new HandoverException("what the former guardian handed over is not understood");
        if (Number(format) is var number && number <= HandoverFormat.Current) return (int)number;
        throw new HandoverException(string.Create(
            CultureInfo.InvariantCulture,
            $"the former guardian hands over in format {format}; this version reads up to {HandoverFormat.Current}"));
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

    static HandoverException Missing(string key) => new($"the former guardian did not hand over '{key}'");

    static long Number(string word) =>
        long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw NoNumber(word);

    static ulong Count(string word) =>
        ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw NoNumber(word);

    static HandoverException NoNumber(string word) =>
        new($"the former guardian handed over '{word}' where a number belongs");
}

/// <summary>A handover that this version cannot take; the message says why.</summary>
internal sealed class HandoverException(string message) : Exception(message);
