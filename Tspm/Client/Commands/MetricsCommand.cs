using ConsoleAppFramework;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>metrics</c>: prints metrics in OpenMetrics format, or in the older text format of Prometheus.</summary>
[RegisterCommands]
internal sealed class MetricsCommand
{
    [Command("metrics")]
    public void Run(ConsoleAppContext context) => context.Run(static (session, line) =>
    {
        using var daemon = session.ConnectToRead();
        var format = line.ValueOf("format");
        // The default format is left out, because an older daemon refuses the member.
        var request = new MetricsRequest { Format = format == MetricsFormat.OpenMetrics ? null : format };
        if (request.Format is not null) OlderDaemon.RequireMetricsFormats(daemon);
        var answer = daemon.Call(Methods.Metrics, request);
        if (line.IsOn("json")) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.MetricsResponse);
        else session.Out.Write(answer.Text);
        return ExitCodes.Done;
    });
}
