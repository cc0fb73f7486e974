using Microsoft.Extensions.Time.Testing;
using Tspm.Model.State;
using Tspm.Platform.Facts;
using Tspm.Tests.Fixtures;

namespace Tspm.Tests.Platform.Facts;

/// <summary>A folder with a repository made by git itself, which is also asked what is right.</summary>
internal sealed class GitBox : IDisposable
{
    /// <summary>Nothing of the machine's or the user's own settings.</summary>
    static readonly Dictionary<string, string> s_environment = new()
    {
        ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
        ["HOME"] = "/nonexistent",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_AUTHOR_NAME"] = "a",
        ["GIT_AUTHOR_EMAIL"] = "a@b",
        ["GIT_COMMITTER_NAME"] = "a",
        ["GIT_COMMITTER_EMAIL"] = "a@b",
        ["GIT_ALLOW_PROTOCOL"] = "file",
    };

    readonly CancellationToken _cancellation;

    GitBox(CancellationToken cancellation) => _cancellation = cancellation;

    public string Base { get; } = Directory.CreateTempSubdirectory("tspm-git-").FullName;

    public string Folder => Path.Combine(Base, "r");

    /// <summary>With one commit of <c>a.txt</c>, <c>b.txt</c> and <c>lib/c.txt</c>.</summary>
    public static async Task<GitBox> Make(CancellationToken cancellation, params string[] init)
    {
        Tools.Require("git");
        var box = new GitBox(cancellation);
        Directory.CreateDirectory(box.Folder);
        await box.Git(["init", "-q", "-b", "main", .. init]);
        Directory.CreateDirectory(Path.Combine(box.Folder, "lib"));
        foreach (var name in new[] { "a.txt", "b.txt", "lib/c.txt" }) box.Write(name, $"this is {name}\n");
        await box.Git("add", ".");
        await box.Git("commit", "-q", "-m", "first");
        return box;
    }

    public Task<string> Git(params string[] arguments) => GitIn(Folder, arguments);

    public async Task<string> GitIn(string folder, params string[] arguments) =>
        (await Programs.Run("git", arguments, s_environment, folder, _cancellation)).Exits(0).Out.Trim();

    public void Write(string name, string content) => File.WriteAllText(Path.Combine(Folder, name), content);

    /// <summary>Without a limit of time.</summary>
    public static GitFacts? Read(string folder) =>
        GitCheckout.Around(folder)?.Read(new TimeBudget(new FakeTimeProvider(), TimeSpan.FromMilliseconds(20)));

    public GitFacts Read() => Read(Folder) ?? throw new InvalidOperationException("no checkout was found");

    /// <summary>What git calls changed.</summary>
    public async Task<string[]> Changed()
    {
        // It looks at the content of what only has another time when the index is refreshed, which writes a copy.
        var index = Path.Combine(Base, "index");
        File.Copy(Path.Combine(Folder, ".git", "index"), index, overwrite: true);
        var environment = new Dictionary<string, string>(s_environment) { ["GIT_INDEX_FILE"] = index };
        await Programs.Run("git", ["update-index", "-q", "--refresh"], environment, Folder, _cancellation);
        var names =
            (await Programs.Run("git", ["diff-files", "--name-only"], environment, Folder, _cancellation)).Exits(0).Out;
        return [.. names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct()];
    }

    public void Dispose() => Directory.Delete(Base, recursive: true);
}
