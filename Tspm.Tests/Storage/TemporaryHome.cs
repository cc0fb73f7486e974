using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Storage;

namespace Tspm.Tests.Storage;

/// <summary>A home for one test, removed at its end.</summary>
internal sealed class TemporaryHome : IDisposable
{
    public TemporaryHome()
    {
        Home = new TspmHome(Directory.CreateTempSubdirectory("tspm-home-").FullName);
        HomeFolders.Prepare(Home);
    }

    public TspmHome Home { get; }

    public static ProcessesFile StateOf(params string[] names) => new()
    {
        Format = ProcessesFile.CurrentFormat,
        NextId = names.Length,
        Processes = [.. names.Select((name, id) => new SavedProcess
        {
            Id = id,
            Config = new ProcessConfig { Name = name, Command = name, ProjectDir = "/" },
            Desired = DesiredState.Up,
            EnvironmentKey = "e",
            CreatedAt = DateTimeOffset.UnixEpoch,
        })],
        Environments =
            new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                [
                "e"] = new Dictionary<string, string> { ["PATH"] = "/bin" }
            },
    };

    public static string NamesIn(ProcessesFile file) =>
        string.Join(',', file.Processes.Select(process => process.Name));

    public void Dispose() => Directory.Delete(Home.Path, recursive: true);
}
