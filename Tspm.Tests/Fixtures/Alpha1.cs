using System.Formats.Tar;
using Tspm.Tests.Guards;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// The executable of 2.0.0-alpha.1: built once in each checkout, from the last commit of that version in the history of
/// the checkout, and kept below <c>obj</c>. When it cannot be had, a test says that it is skipped, and why.
/// </summary>
internal static class Alpha1
{
    public const string Version = "2.0.0-alpha.1";

    /// <summary>The next commit says 2.0.0-alpha.2.</summary>
    const string Commit = "56711cbcf51739583eda65248ba8d6b36595f933";

    /// <summary>Half a minute on an idle machine; many times that on a busy one without packages.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Of a test that has the executable.</summary>
    static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(3);

    static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(200);

    static readonly Lazy<Task<string>> s_executable = new(Find);

    static readonly string s_folder = Path.Combine(Repository.Root, "Tspm.Tests", "obj", "versions", Version);

    /// <summary>Its path, when it is there. All tests of this program wait for the same build.</summary>
    public static Task<string> Executable => s_executable.Value;

    /// <summary>A home for that version; the limit of the test begins when its executable is there.</summary>
    public static async Task<TspmBox> Box(CancellationTokenSource limit)
    {
        var executable = await Executable;
        limit.CancelAfter(TestLimit);
        return new TspmBox(limit.Token) { Executable = executable };
    }

    static async Task<string> Find()
    {
        var git = Tools.Require("git");
        var dotnet = Tools.Require("dotnet");
        var executable = Path.Combine(s_folder, Commit, "tspm");
        Directory.CreateDirectory(s_folder);
        // Another test program may be running in the same checkout.
        using var only = await Lock(Path.Combine(s_folder, "lock"));
        if (!File.Exists(executable)) await Build(git, dotnet, Path.GetDirectoryName(executable)!);
        return executable;
    }

    static async Task<FileStream> Lock(string path)
    {
        var until = Environment.TickCount64 + (long)Longest.TotalMilliseconds;
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Environment.TickCount64 < until)
            {
                await Task.Delay(LookAgainAfter);
            }
        }
    }

    static async Task Build(string git, string dotnet, string published)
    {
        var sources = Path.Combine(s_folder, "sources");
        if (Directory.Exists(sources)) Directory.Delete(sources, recursive: true);
        await CheckOut(git, sources);
        // The list names methods that one compiler made; it only makes the executable smaller.
        File.WriteAllText(Path.Combine(sources, "Tspm", "Trim", "Generated.xml"), "<linker />");
        var output = published + ".new";
        string[] publish =
        [
            "publish", "Tspm/Tspm.csproj", "-c", "Release", "-nologo", "-v", "quiet",
            // What a later compiler warns of is no fault of that version.
            "-p:TreatWarningsAsErrors=false", "-o", output,
            // It lies within this repository, whose files for all projects are not its own.
            "-p:ImportDirectoryBuildProps=false", "-p:ImportDirectoryBuildTargets=false",
        ];
        var built = await Programs.Run(dotnet, publish, ForDotnet(), sources, CancellationToken.None, longest: Longest);
        if (built.ExitCode != 0 && IsWithoutPackages(built))
            Skip.Test($"SKIPPED: the packages of {Version} cannot be restored here: {built}");
        built.Exits(0);
        // Under its name only when it is whole.
        if (Directory.Exists(published)) Directory.Delete(published, recursive: true);
        Directory.Move(output, published);
        Directory.Delete(sources, recursive: true);
    }

    static async Task CheckOut(string git, string folder)
    {
        Directory.CreateDirectory(folder);
        var archive = Path.Combine(folder, "sources.tar");
        string[] arguments =
        [
            "-C", Repository.Root, "archive", "--format=tar", $"--output={archive}", Commit,
            "Tspm", "Directory.Packages.props", "global.json", ".editorconfig",
        ];
        var exported = await Programs.Run(git, arguments, ForDotnet(), folder, CancellationToken.None);
        if (exported.ExitCode != 0)
        {
            Skip.Test($"SKIPPED: the history of this checkout does not have {Version}, which is commit {Commit} "
                + $"(in a shallow clone: git fetch --unshallow): {exported.Err.Trim()}");
        }
        await TarFile.ExtractToDirectoryAsync(archive, folder, overwriteFiles: true);
        File.Delete(archive);
    }

    static bool IsWithoutPackages(Ran built) =>
        new[] { "NU1100", "NU1101", "NU1102", "NU1301" }.Any(code => (built.Out + built.Err).Contains(code));

    /// <summary>Ours, without what the build of the tests or their surroundings left in it.</summary>
    static Dictionary<string, string> ForDotnet()
    {
        var environment = new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1" };
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("TSPM_")) continue;
            environment[name] = (string)variable.Value!;
        }
        return environment;
    }
}
