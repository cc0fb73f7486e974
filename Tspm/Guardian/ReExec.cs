using System.Globalization;
using Tspm.Libc;
using Tspm.Platform;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Guardian;

/// <summary>
/// Replaces the guardian by another version of itself. execve keeps the process, its children and its descriptors, so
/// no child is orphaned and no connection is refused. The command line of the new version is a contract between all
/// versions and never changes: <c>__guardian --handover=FD --former=FD [--undone=WHY]</c>. Unknown words are skipped.
/// </summary>
internal static unsafe class ReExec
{
    const string HandoverFlag = "--handover=", FormerFlag = "--former=", UndoneFlag = "--undone=";

    /// <summary>The parsed command line of a new version.</summary>
    /// <param name="Handover">A memory file that contains a <see cref="Guardian.Handover"/>.</param>
    /// <param name="Former">The executable of the previous version; -1: there is none.</param>
    /// <param name="Undone">After a rollback: why the new version failed; null: this is not a rollback.</param>
    public sealed record Words(int Handover, int Former, string? Undone);

    /// <summary>Parses the command line of the guardian.</summary>
    /// <returns>Null if this is a first start and not a re-exec.</returns>
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
    /// Executes another version, which can return to this one.
    /// </summary>
    /// <param name="executable">Its executable, open for reading and with close-on-exec set.</param>
    /// <param name="given">The handover that it gets.</param>
    /// <returns>Only on failure: the reason. Everything is as before then.</returns>
    public static string BecomeNext(int executable, Handover given)
    {
        // Opens the executable that is running now, even if its file has been replaced.
        using var former = Descriptors.Open(SelfPath.Value, Fcntl.O_RDONLY);
        // Without a way back, the upgrade is not attempted.
        if (!former.IsOpen) return $"cannot open the running executable: {Errno.Describe(Errno.Last)}";
        return Execute(executable, former.Number, given);
    }

    /// <summary>Executes the previous version again, with the process attributes that it had.</summary>
    /// <returns>Only on failure: the reason.</returns>
    public static string BecomeFormer(int former, Handover given)
    {
        InheritedAttributes.Restore();
        var reason = Execute(former, -1, given);
        InheritedAttributes.Normalize();
        return reason;
    }

    /// <param name="executable">The executable to execute.</param>
    /// <param name="former">The executable to which the new version can return; -1: none.</param>
    /// <param name="given">The handover.</param>
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
    /// Executes the previous version again with the same memory file, because this version cannot accept the handover.
    /// </summary>
    /// <returns>Only on failure: the reason.</returns>
    public static string GoBack(Words words, string undone) =>
        words.Former < 0
            ? "there is no previous version to return to"
            : Become(words.Former, words.Handover, former: -1, undone);

    /// <summary>Reads the handover, and checks that its descriptors are open.</summary>
    /// <exception cref="HandoverException">The handover is unreadable or invalid.</exception>
    public static Handover Read(int memory)
    {
        var given = Handover.Parse(HandoverFile.Read(memory));
        foreach (var descriptor in given.Descriptors)
            if (Fcntl.fcntl(descriptor, Fcntl.F_GETFD) < 0)
                throw new HandoverException(string.Create(CultureInfo.InvariantCulture,
                    $"descriptor {descriptor} was handed over and is not open"));
        return given;
    }

    /// <summary>The handover was accepted: from now on, no child inherits its descriptors.</summary>
    public static void Complete(Words words, Handover given)
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
        return $"that version cannot be executed: {Errno.Describe(Errno.Last)}";
    }

    static void KeepOnExec(int descriptor, bool keep) =>
        _ = Fcntl.fcntl(descriptor, Fcntl.F_SETFD, keep ? 0 : Fcntl.FD_CLOEXEC);

    static int Number(string word, string flag) =>
        int.TryParse(word.AsSpan(flag.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var number) ? number : -1;
}
