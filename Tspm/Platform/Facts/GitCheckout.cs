using System.Text;
using Tspm.Libc;
using Tspm.Model.State;

namespace Tspm.Platform.Facts;

/// <summary>
/// A git checkout: says which commit is checked out and which tracked files were changed. It reads git's own files
/// (man 5 gitrepository-layout, gitformat-index), because running git would take too long and would write to the
/// checkout. Whoever created the checkout may have put anything there, so only object names and the names of refs and
/// files are used.
/// </summary>
/// <param name="Root">The top folder of the working tree.</param>
/// <param name="GitFolder">The folder with HEAD and index.</param>
/// <param name="CommonFolder">The folder with the refs; differs from GitFolder in a linked working tree.</param>
internal sealed record GitCheckout(string Root, string GitFolder, string CommonFolder)
{
    /// <summary>How many parent folders are searched.</summary>
    const int MostFolders = 64;

    /// <summary>How many refs that name other refs are followed.</summary>
    const int MostRefs = 5;

    const int MostBytes = 4 << 10;

    /// <summary>Enough for some ten thousand refs.</summary>
    const int MostPackedBytes = 2 << 20;

    const string RefPrefix = "ref: ", FolderPrefix = "gitdir: ";

    /// <summary>
    /// Finds the checkout that contains a folder; null if there is none. Like git, the search does not cross the border
    /// of a file system.
    /// </summary>
    public static GitCheckout? Around(string folder)
    {
        if (SysStat.stat(folder, out var first) != 0) return null;
        var at = folder.Length > 1 ? folder.TrimEnd('/') : folder;
        for (var count = 0; count < MostFolders; count++)
        {
            if (At(at) is { } checkout) return checkout;
            if (at is "/" or "" || Path.GetDirectoryName(at) is not { } parent) return null;
            if (SysStat.stat(parent, out var status) != 0 || status.Device != first.Device) return null;
            at = parent;
        }
        return null;
    }

    static GitCheckout? At(string root)
    {
        var git = Path.Combine(root, ".git");
        if (SysStat.stat(git, out var status) != 0) return null;
        var folder = git;
        if (!status.IsDirectory)
        {
            // A submodule, or a linked working tree (man 1 git-worktree).
            if (LineOf(git) is not { } line || !line.StartsWith(FolderPrefix, StringComparison.Ordinal)) return null;
            folder = Path.GetFullPath(Path.Combine(root, line[FolderPrefix.Length..]));
        }
        if (SysStat.stat(Path.Combine(folder, "HEAD"), out var head) != 0 || !head.IsRegularFile) return null;
        var common = LineOf(Path.Combine(folder, "commondir")) is { Length: > 0 } other
            ? Path.GetFullPath(Path.Combine(folder, other))
            : folder;
        return new GitCheckout(root, folder, common);
    }

    /// <summary>The commit and branch that are checked out; null if not known, or there is no commit yet.</summary>
    public (string? Commit, string? Branch) Head()
    {
        if (LineOf(Path.Combine(GitFolder, "HEAD")) is not { } head) return (null, null);
        if (!head.StartsWith(RefPrefix, StringComparison.Ordinal)) return (ObjectName(head), null);
        var name = head[RefPrefix.Length..].Trim();
        const string branches = "refs/heads/";
        var branch = name.StartsWith(branches, StringComparison.Ordinal) ? name[branches.Length..] : null;
        // With the reftable format, HEAD names a branch that cannot exist.
        if (branch is ".invalid") branch = null;
        return (CommitOf(name), branch);
    }

    string? CommitOf(string name)
    {
        for (var count = 0; count < MostRefs; count++)
        {
            if (!IsRef(name)) return null;
            var line = LineOf(Path.Combine(GitFolder, name))
                ?? (CommonFolder == GitFolder ? null : LineOf(Path.Combine(CommonFolder, name)));
            if (line is null) return Packed(name);
            if (!line.StartsWith(RefPrefix, StringComparison.Ordinal)) return ObjectName(line);
            name = line[RefPrefix.Length..].Trim();
        }
        return null;
    }

    /// <summary>Checks a name that becomes part of a path.</summary>
    static bool IsRef(string name) =>
        name.StartsWith("refs/", StringComparison.Ordinal) && !name.Contains("..", StringComparison.Ordinal);

    string? Packed(string name)
    {
        var file = Path.Combine(CommonFolder, "packed-refs");
        if (RegularFile.Read(file, MostPackedBytes, out _) is not { } bytes) return null;
        var wanted = Encoding.UTF8.GetBytes($" {name}");
        for (var rest = bytes.AsSpan(); rest.Length > 0;)
        {
            var end = rest.IndexOf((byte)'\n') is >= 0 and var found ? found : rest.Length;
            if (rest[..end].TrimEnd((byte)'\r').EndsWith(wanted))
                return ObjectName(Encoding.UTF8.GetString(rest[..(end - wanted.Length)]));
            rest = rest[Math.Min(end + 1, rest.Length)..];
        }
        return null;
    }

    /// <returns>Null if the text is not the name of an object; such text must not be shown to anybody.</returns>
    static string? ObjectName(string text)
    {
        var name = text.Trim();
        if (name.Length is not (2 * Sha1.Bytes or 2 * Sha256.Bytes)) return null;
        foreach (var digit in name)
            if (!char.IsAsciiHexDigitLower(digit)) return null;
        return name;
    }

    /// <summary>Reads the first line of a small file; null if there is no such file.</summary>
    static string? LineOf(string path)
    {
        if (RegularFile.Read(path, MostBytes, out _) is not { } bytes) return null;
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes.AsSpan(0, end)).TrimEnd('\r');
    }

    /// <summary>Reads as much as the time budget allows.</summary>
    public GitFacts Read(TimeBudget budget)
    {
        var (commit, branch) = Head();
        var hashBytes = commit?.Length == 2 * Sha256.Bytes ? Sha256.Bytes : Sha1.Bytes;
        var tree = new GitWorkTree(this, hashBytes, budget);
        return tree.Compare() with { Root = Root, Commit = commit, Branch = branch };
    }
}
