using Tspm.Client.Defining;
using Tspm.Client.Grammar;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>start</c> and <c>start-all</c>: known processes, a config file's, or a new one.</summary>
internal static class StartCommand
{
    /// <summary>What the words mean; a config file in them is read, and an ecosystem file of PM2 imported.</summary>
    /// <param name="lossy">What is lost by that is no failure.</param>
    /// <param name="isLost">Something is: exit 1, when all else is done.</param>
    public static StartTarget ReadTarget(ClientSession session, string[]? words, string[]? program, string[]? config, bool lossy, out bool isLost)
    {
        if (lossy && !(words is [var word] && ImportFiles.IsPm2File(word))) throw new UsageException("--lossy is about an ecosystem file of PM2, and none is named; leave it out");
        var lost = false;
        string? project = null;
        var target = StartTarget.Of(words ?? [], program, config ?? [], path =>
        {
            var file = ImportFiles.IsPm2File(path)
                ? ImportCommand.ReadPm2(session, path, lossy, out lost) : ProjectFile.Read(path);
            project = file.Project;
            return file.Processes;
        });
        isLost = lost;
        return target with { Project = project };
    }

    public static void Run(
        [Items] string[]? words = null, [Items] string[]? program = null, [Items] string[]? config = null, bool updateEnv = false, bool noWait = false,
        string? waitTimeout = null, bool force = false, bool attach = false, bool noAutoStart = false, bool json = false, bool lossy = false) =>
        CommandHost.Execute(session =>
        {
            var target = ReadTarget(session, words, program, config, lossy, out var isLost);
            var request = new StartRequest
            {
                Selectors = target.Selectors, Define = target.Define, HasOverrides = target.HasOverrides, Force = force, UpdateEnv = updateEnv,
                Client = session.Context(noAutoStart),
            };
            var code = Start(session, request, new ChangeFlags(json, noAutoStart, noWait, waitTimeout), attach);
            return ImportCommand.WithLoss(code, isLost);
        });

    public static void RunAll(bool updateEnv = false, bool noWait = false, string? waitTimeout = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session => Start(
            session,
            new StartRequest { Selectors = ["all"], UpdateEnv = updateEnv, Client = updateEnv ? session.Context(noAutoStart) : null },
            new ChangeFlags(json, noAutoStart, noWait, waitTimeout), attach: false));

    static int Start(ClientSession session, StartRequest request, ChangeFlags flags, bool attach)
    {
        request = request with { Wait = !flags.NoWait, WaitTimeoutMs = flags.WaitTimeoutMs };
        var change = new Change<StartRequest, StartResponse>(
            Methods.Start, request, Wire.Json.StartRequest, Wire.Json.StartResponse, Output.PrintJson.Readable.StartResponse, Outcomes.InState) { Again = request with { Again = true } };
        try
        {
            // Another machine's clock may be another one.
            DateTimeOffset? begun = session.Remote is null ? TimeProvider.System.GetUtcNow() : null;
            var code = change.Run(session, flags, out var response);
            if (!attach || code != ExitCodes.Done) return code;
            session.Out.Flush();
            return Attached.Show(session, response.Processes, begun, flags.Json);
        }
        catch (DaemonException unknown) when (unknown.Code == ErrorCode.NoSuchProcess && request is { Define: null, Selectors: [var word] } && (StartTarget.IsConfigFile(word) || ImportFiles.IsPm2File(word)))
        {
            throw new DaemonException(ErrorCode.NoSuchProcess, $"there is no process '{word}', and no file of this name in {CurrentFolder.Get()}");
        }
    }
}
