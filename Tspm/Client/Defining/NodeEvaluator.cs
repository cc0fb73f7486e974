using System.Text;
using System.Text.Json;
using Tspm.Config.Import;
using Tspm.Platform.Linux;
using Tspm.Platform.Linux.Spawning;

namespace Tspm.Client.Defining;

/// <summary>
/// Evaluates a JavaScript file with node, and returns its exports as JSON. Node is a child of this client, never of the
/// daemon. The output of the file goes to standard error; the result comes through a pipe of its own.
/// </summary>
internal static class NodeEvaluator
{
    const int ResultDescriptor = 3, AboveFixed = 16;

    /// <summary>The time limit: a file that opens a connection would keep node from ending.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>
    /// import() loads ES and CommonJS modules; the exports of a CommonJS module are its default export.
    /// </summary>
    const string Script = """
        const { pathToFileURL } = require('url'), fs = require('fs');
        const exported = module => {
            const value = 'default' in module ? module.default : module;
            return typeof value === 'function' ? value() : value;
        };
        const written = value => { fs.writeFileSync(3, JSON.stringify(value) ?? 'null'); process.exit(0); };
        const file = process.argv[1];
        // The place in the stack that is not node's own; a broken module has none, and only --check knows it.
        const placeIn = text => text.split('\n').map(line => /(?:file:\/\/)?(\/[^()]*?:\d+)(?::\d+)?\)?$/.exec(line))
            .find(found => found && !found.input.includes('node:'))?.[1];
        const check = () => String(require('child_process')
            .spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' }).stderr);
        const failed = error => {
            const isError = error instanceof Error;
            const stack = isError ? String(error.stack) : '';
            const what = isError ? `${error.name}: ${error.message}` : `it throws ${String(error)}`;
            const words = what.split('\nRequire stack:')[0].split('\n').slice(0, 5).join('\n');
            const place = placeIn(stack) ?? (error instanceof SyntaxError ? placeIn(check()) : undefined);
            fs.writeFileSync(3, place ? `${words} (${place})` : words);
            process.exit(1);
        };
        import(pathToFileURL(file)).then(exported).then(written, failed);
        """;

    /// <exception cref="ImportException">Node was not found, or the file cannot be evaluated.</exception>
    public static JsonElement Read(string path)
    {
        if (Platform.RegularFile.Obstacle(path) is { } problem) throw new ImportException($"it {problem.Words}");
        var node = Find("node") ?? Find("nodejs")
            ?? throw new ImportException("node is needed to evaluate this JavaScript file, and was not found; convert "
                + "the file to JSON on a machine with node: node -p 'JSON.stringify(require(\"./FILE\"))'");
        if (!TryRun(node, ["node", "-e", Script, path], out var result))
        {
            throw new ImportException("node could not evaluate the file"
                + (result.Length > 0 ? $": {Encoding.UTF8.GetString(result)}" : "; its messages are above"));
        }
        try
        {
            using var document = JsonDocument.Parse(result);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new ImportException("its exports cannot be converted to JSON");
        }
    }

    static string? Find(string program)
    {
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':',
            StringSplitOptions.RemoveEmptyEntries))
            if (File.Exists(Path.Combine(folder, program))) return Path.Combine(folder, program);
        return null;
    }

    /// <param name="program">The path of node.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="result">The exports as JSON; if it fails, why, or nothing if that is not known.</param>
    /// <returns>False if node failed or took too long.</returns>
    static bool TryRun(string program, string[] arguments, out byte[] result)
    {
        result = [];
        if (!Descriptors.Pipe(out var readEnd, out var writeEnd)) return false;
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
        // Now only node holds this end, so the result ends when node does.
        source.Dispose();
        if (!started.IsStarted)
            throw new ImportException($"cannot run {program} to evaluate the file: {started.Reason}");
        var output = new List<byte>();
        var until = Environment.TickCount64 + (long)Timeout.TotalMilliseconds;
        var isWhole = PipeReading.ReadToEnd(pipe.Number, output, until) == PipeReadingEnd.Closed;
        pipe.Dispose();
        if (!isWhole) ChildEnd.Force(started.Pid);
        var isSuccess = ChildEnd.Wait(started.Pid).IsSuccess;
        if (isWhole) result = [.. output];
        return isSuccess && isWhole;
    }
}
