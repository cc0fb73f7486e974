using Tspm.Client.Completion;
using Tspm.Model.Config;
using Tspm.Model.State;

namespace Tspm.Tests.Client.Completion;

/// <summary>Saved processes and files as a test wants them; counts what is read.</summary>
internal sealed class FakeSource : ICompletionSource
{
    public int Reads { get; private set; }

    public List<FolderEntry> Files { get; } =
    [
        new("tspm.json", false, false), new("my conf.toml", false, false), new("notes.txt", false, false),
        new("app.js", false, false), new("run", false, true), new("sub", true, false), new(".hidden", false, true),
    ];

    public IReadOnlyList<ProcessDefinition> Processes()
    {
        Reads++;
        return
        [
            Process(0, "web", 2), Process(1, "my app"), Process(2, "api:prod"), Process(12, "grün", names: "group"),
        ];
    }

    public IReadOnlyList<string> Hosts()
    {
        Reads++;
        return ["prod", "ssh://shop"];
    }

    public List<FolderEntry> Entries(string folder)
    {
        Reads++;
        return folder is "." or "sub/" ? [.. Files] : [];
    }

    static ProcessDefinition Process(int id, string name, int instances = 1, string? names = null) => new()
    {
        Id = id,
        Config = new ProcessConfig { Name = name, Command = "sleep 1", Instances = instances, Namespace = names },
        EnvironmentKey = "",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
