using System.Text.Json;
using Tspm.Config.Import;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Client.Defining;

/// <summary>
/// What a JavaScript file exports, as JSON: node evaluates it in a child of this client, never of the daemon. What the
/// file prints goes to standard error; the result comes by a pipe of its own.
/// </summary>
internal static class NodeFile
{
    const int ResultDescriptor = 3, AboveFixed = 16;

    /// <summary>A file that opens a connection would keep node from ending.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>import() takes modules of both kinds; the exports of the older kind are its default.</summary>
    const string Script = """
        const { pathToFileURL } = require('url'), fs = require('fs');
        const exported = module => {
            const value = 'default' in module ? module.default : module;
            return typeof value === 'function' ? value() : value;
        };
        const written = value => { fs.writeFileSync(3, JSON.stringify(value) ?? 'null'); process.exit(0); };
        const failed = error => {
            console.error(String(error && error.stack || error).split('\n').slice(0, 3).join('\n'));
            process.exit(1);
        };
        import(pathToFileURL(process.argv[1])).then(exported).then(written, failed);
        """;

    /// <exception cref="ImportException">There is no node, or the file cannot be evaluated.</exception>
    public static JsonElement Read(string path)
    {
        if (Platform.RegularFile.Obstacle(path) is { } problem) throw new ImportException($"it {problem.Words}");
        var node = Find("node") ?? Find("nodejs")
            ?? throw new ImportException("it is JavaScript, and there is no node on the PATH to evaluate it; write it "
                + "as JSON: node -p 'JSON.stringify(require(\"./FILE\"))' where node is");
        var result = Run(node, ["node", "-e", Script, path])
            ?? throw new ImportException("node could not evaluate it; what it said is above");
        try
        {
            using var document = JsonDocument.Parse(result);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new ImportException("what it exports is not data");
        }
    }

    static string? Find(string program)
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':',
            StringSplitOptions.RemoveEmptyEntries))
            if (File.Exists(Path.Combine(folder, program))) return Path.Combine(folder, program);
        return null;
    }

    /// <summary>Null: it failed, or took too long.</summary>
    static byte[]? Run(string program, string[] arguments)
    {
        if (!Descriptors.Pipe(out var readEnd, out var writeEnd)) return null;
        using var pipe = readEnd;
        using var source = Descriptors.Duplicate(writeEnd.Number, AboveFixed);
        writeEnd.Dispose();
        var started = PosixSpawner.Start(new PosixSpawnRequest
        {
            Path = program,
            Arguments = arguments,
            Descriptors =
            [
                ChildDescriptor.NullInput(ChildDescriptor.StandardInput),
                ChildDescriptor.Copy(ChildDescriptor.StandardError, ChildDescriptor.StandardOutput),
                ChildDescriptor.Copy(source.NumberOrNone, ResultDescriptor),
            ],
        });
        // The result ends when node alone has had this end.
        source.Dispose();
        if (!started.IsStarted) throw new ImportException($"{program} cannot be run to evaluate it: {started.Reason}");
        var output = new List<byte>();
        var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        var isWhole = PipeReading.ReadToEnd(pipe.Number, output, until) == PipeReadingEnd.Closed;
        pipe.Dispose();
        if (!isWhole) ChildEnd.Force(started.Pid);
        return ChildEnd.Wait(started.Pid).IsSuccess && isWhole ? [.. output] : null;
    }
}
