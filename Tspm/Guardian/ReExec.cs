using System.Globalization;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Guardian;

/// <summary>
/// The guardian becomes another version of itself: execve keeps the process, its children and its descriptors, so
/// nothing is closed, nobody is orphaned and no connection refused. The words of the new image are a contract between
/// all versions, and are never changed: <c>__guardian --handover=FD --former=FD [--undone=WHY]</c>. Unknown ones are
/// passed over.
/// </summary>
internal static unsafe class ReExec
{
    const string HandoverFlag = "--handover=", FormerFlag = "--former=", UndoneFlag = "--undone=";

    /// <summary>What the words of a new image say.</summary>
    /// <param name="Handover">A file in memory that holds a <see cref="Guardian.Handover"/>.</param>
    /// <param name="Former">The executable to go back to; -1: there is none.</param>
    /// <param name="Undone">Why the version in between gave up; null: there was none.</param>
    public sealed record Words(int Handover, int Former, string? Undone);

    /// <summary>Null: this is no change of image but the first one.</summary>
    public static Words? Parse(ReadOnlySpan<string> words)
    {
        int handover = -1, former = -1;
        string? undone = null;
        foreach (var word in words)
        {
            if (word.StartsWith(HandoverFlag, StringComparison.Ordinal)) handover = Number(word, HandoverFlag);
            else if (word.StartsWith(FormerFlag, StringComparison.Ordinal)) former = Number(word, FormerFlag);
            else if (word.StartsWith(UndoneFlag, StringComparison.Ordinal)) undone = word[UndoneFlag.Length..];
        }
        return handover < 0 ? null : new Words(handover, former, undone);
    }

    /// <summary>
    /// Becomes another version, which can come back to this one. Returns only when that failed: with the reason, and
    /// everything as before.
    /// </summary>
    /// <param name="executable">Open for reading, and meant to be closed by the exec.</param>
    /// <param name="given">What it gets.</param>
    public static string BecomeNext(int executable, Handover given)
    {
        // The executable of this process as it runs now, also when its file was replaced.
        using var former = Descriptors.Open(SelfPath.Value, Fcntl.O_RDONLY);
        // Without a way back there is no way forth.
        if (!former.IsOpen) return $"cannot open the running executable: {Errno.Describe(Errno.Last)}";
        return Execute(executable, former.Number, given);
    }

    /// <summary>Becomes the former version again, as it was before this one. Returns only when that failed.</summary>
    public static string BecomeFormer(int former, Handover given)
    {
        OwnSurroundings.GiveBack();
        var reason = Execute(former, -1, given);
        OwnSurroundings.Normalize();
        return reason;
    }

    /// <param name="former">What the new image can go back to; -1: nothing.</param>
    static string Execute(int executable, int former, Handover given)
    {
        using var memory = HandoverFile.Make(given, out var reason);
        if (reason is not null) return reason;
        int[] kept = [.. given.Descriptors, memory.Number, .. former >= 0 ? (int[])[former] : []];
        foreach (var descriptor in kept) KeepOnExec(descriptor, true);
        reason = Become(executable, memory.Number, former, undone: null);
        foreach (var descriptor in kept) KeepOnExec(descriptor, false);
        return reason;
    }

    /// <summary>
    /// The handover cannot be taken: back to the one that gave it, with the same file. Comes back only when that failed
    /// too: with the reason.
    /// </summary>
    public static string GoBack(Words words, string undone) =>
        words.Former < 0
            ? "there is no former version to go back to"
            : Become(words.Former, words.Handover, former: -1, undone);

    /// <summary>Reads the file in memory.</summary>
    /// <exception cref="HandoverException">It cannot be read or understood.</exception>
    public static Handover Read(int memory)
    {
        var given = Handover.Parse(HandoverFile.Read(memory));
        foreach (var descriptor in given.Descriptors)
            if (Fcntl.fcntl(descriptor, Fcntl.F_GETFD) < 0)
                throw new HandoverException(string.Create(CultureInfo.InvariantCulture,
                    $"descriptor {descriptor} was handed over and is not open"));
        return given;
    }

    /// <summary>All is taken over: nothing of it reaches a child from now on.</summary>
    public static void Taken(Words words, Handover given)
    {
        Descriptor.Own(words.Handover).Dispose();
        foreach (var descriptor in given.Descriptors) KeepOnExec(descriptor, false);
        if (words.Former >= 0) KeepOnExec(words.Former, false);
    }

    static string Become(int executable, int memory, int former, string? undone)
    {
        var culture = CultureInfo.InvariantCulture;
        using var path = new StringBlock([string.Create(culture, $"/proc/self/fd/{executable}")]);
        using var argv = new StringBlock(
        [
            "tspm", GuardianMain.Word, string.Create(culture, $"{HandoverFlag}{memory}"),
            string.Create(culture, $"{FormerFlag}{former}"),
            .. undone is null ? (string[])[] : [UndoneFlag + undone],
        ]);
        _ = Unistd.execv(path.Pointers[0], argv.Pointers);
        return $"cannot execute it: {Errno.Describe(Errno.Last)}";
    }

    static void KeepOnExec(int descriptor, bool keep) =>
        _ = Fcntl.fcntl(descriptor, Fcntl.F_SETFD, keep ? 0 : Fcntl.FD_CLOEXEC);

    static int Number(string word, string flag) =>
        int.TryParse(word.AsSpan(flag.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var number) ? number : -1;
}
