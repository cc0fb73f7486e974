using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>metrics</c>: what is counted and measured, as OpenMetrics or in an older format.</summary>
[RegisterCommands]
internal sealed class MetricsCommand
{
    [Command("metrics")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var daemon = session.ConnectToRead();
        var format = line.ValueOf("format");
        // What every daemon does is not asked for by name.
        var request = new MetricsRequest { Format = format == MetricsFormat.OpenMetrics ? null : format };
        if (request.Format is not null) OlderDaemon.RequireMetricsFormats(daemon);
        var answer = daemon.Call(Methods.Metrics, request);
        if (line.IsOn("json")) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.MetricsResponse);
        else session.Out.Write(answer.Text);
        return ExitCodes.Done;
    });
}
