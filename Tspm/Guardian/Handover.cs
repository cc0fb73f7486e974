using System.Globalization;
using System.Text;
using Tspm.Platform.Linux.Native;

namespace Tspm.Guardian;

/// <summary>
/// All that a guardian has, as it goes from one executable to the next: written into a file in memory by the old one, read by the new one in the same process, where the descriptors have
/// the same numbers. Lines of text, and not the guardian's structures, because two versions have to agree on it: <c>KEY VALUE…</c>, with a head that names the format and an end
/// that shows it is whole. A key that the reader does not know is passed over, so a version may add what an older one can do without; what it could not do without
/// raises <see cref="Format"/>. A guardian that goes back to its predecessor must write the format that it was given.
/// </summary>
internal sealed record Handover
{
    /// <summary>The newest format, and the only one so far.</summary>
    public const int Format = 1;

    const string Head = "tspm-handover", End = "end";

    public required int Listener { get; init; }

    /// <summary>The lock that makes it the one guardian.</summary>
    public required int Office { get; init; }

    public required GuardianOptions Options { get; init; }

    /// <summary>A daemon of this guardian has answered: from then on a start that fails is tried again.</summary>
    public bool WasReady { get; init; }

    public int QuickDeaths { get; init; }

    /// <summary>SIGTERM came and no daemon has acted on it yet.</summary>
    public bool EndWanted { get; init; }

    public IReadOnlyDictionary<ulong, int> Held { get; init; } = new Dictionary<ulong, int>();

    public IReadOnlyList<GuardianMessage> Reaped { get; init; } = [];

    public ulong LastReaped { get; init; }

    /// <summary>Every descriptor that has to stay open.</summary>
    public IEnumerable<int> Descriptors => [Listener, Office, .. Held.Values];

    public byte[] ToBytes()
    {
        var culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        text.Append(culture, $"{Head} {Format}\nlistener {Listener}\noffice {Office}\nopen-files {Options.OpenFilesLimit}\nforeground {(Options.Foreground ? 1 : 0)}\n");
        text.Append(culture, $"was-ready {(WasReady ? 1 : 0)}\nquick-deaths {QuickDeaths}\nend-wanted {(EndWanted ? 1 : 0)}\nlast-reaped {LastReaped}\n");
        foreach (var (hold, descriptor) in Held) text.Append(culture, $"hold {hold} {descriptor}\n");
        foreach (var record in Reaped) text.Append(culture, $"reaped {record.Number} {record.Pid} {record.WaitStatus} {record.StartTicks}\n");
        if (Options.UpgradeProblem is { } problem) text.Append(culture, $"problem {problem.ReplaceLineEndings(" ")}\n");
        return Encoding.UTF8.GetBytes(text.Append(End).Append('\n').ToString());
    }

    /// <exception cref="HandoverException">It is of a newer format, or not whole.</exception>
    public static Handover Parse(ReadOnlySpan<byte> bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        CheckFormat(lines[0]);
        if (lines.Length < 2 || lines[^1].Length > 0 || lines[^2] != End) throw new HandoverException("what the former guardian handed over is not whole");
        var numbers = new Dictionary<string, long>();
        var held = new Dictionary<ulong, int>();
        var reaped = new List<GuardianMessage>();
        string? problem = null;
        ulong? lastReaped = null;
        foreach (var line in lines.AsSpan(1..^2))
        {
            var words = line.Split(' ');
            if (words is ["hold", var hold, var descriptor]) held[Count(hold)] = (int)Number(descriptor);
            else if (words is ["reaped", _, _, _, _]) reaped.Add(RecordOf(words));
            else if (words[0] == "problem") problem = line["problem ".Length..];
            else if (words is ["last-reaped", var last]) lastReaped = Count(last);
            else if (words.Length == 2 && long.TryParse(words[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) numbers[words[0]] = number;
        }
        return new Handover
        {
            Listener = (int)Needed(numbers, "listener"),
            Office = (int)Needed(numbers, "office"),
            Options = new GuardianOptions(
                ReadyDescriptor: -1, OpenFilesLimit: numbers.GetValueOrDefault("open-files"), GuardianPid: Unistd.getpid(), Foreground: numbers.GetValueOrDefault("foreground") == 1,
                UpgradeProblem: problem),
            WasReady = numbers.GetValueOrDefault("was-ready") == 1,
            QuickDeaths = (int)numbers.GetValueOrDefault("quick-deaths"),
            EndWanted = numbers.GetValueOrDefault("end-wanted") == 1,
            LastReaped = lastReaped ?? throw Missing("last-reaped"),
            Held = held,
            Reaped = reaped,
        };
    }

    static void CheckFormat(string head)
    {
        if (head.Split(' ') is not [Head, var format]) throw new HandoverException("what the former guardian handed over is not understood");
        if (Number(format) > Format)
            throw new HandoverException(string.Create(CultureInfo.InvariantCulture, $"the former guardian hands over in format {format}; this version reads up to {Format}"));
    }

    static GuardianMessage RecordOf(string[] words) => new()
    {
        Kind = GuardianMessageKind.Reaped,
        Number = Count(words[1]),
        Pid = (int)Number(words[2]),
        WaitStatus = (int)Number(words[3]),
        StartTicks = Number(words[4]),
    };

    static long Needed(Dictionary<string, long> numbers, string key) =>
        numbers.TryGetValue(key, out var number) ? number : throw Missing(key);

    static HandoverException Missing(string key) => new($"the former guardian did not hand over '{key}'");

    static long Number(string word) => long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw NoNumber(word);

    static ulong Count(string word) => ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw NoNumber(word);

    static HandoverException NoNumber(string word) => new($"the former guardian handed over '{word}' where a number belongs");
}

/// <summary>A handover that this version cannot take; the message says why.</summary>
internal sealed class HandoverException(string message) : Exception(message);
