using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Daemon.Streams;
using Tspm.Logs.Reading;
using Tspm.Protocol;

namespace Tspm.Daemon.Handlers;

/// <summary>
/// <c>logs</c>: existing lines from the files, and new lines while the client follows. A slow reader delays nobody: the
/// daemon keeps only a position for it and reads the files later.
/// </summary>
internal sealed class LogsHandler() : ConnectionHandler<LogsRequest, LogsResponse>(Methods.Logs)
{
    public override async Task<LogsResponse> Handle(
        DaemonContext context, LogsRequest request, ClientConnection connection)
    {
        var sender = new LogSender(connection, context.Clock);
        try
        {
            var query = LogQuery.From(request, context.Clock.GetUtcNow());
            if (request.Follow && request.Until is not null)
                throw new LogQueryException("until", "a log that is followed has no end; omit either follow or until");
            // Subscribes before the files are read: lines that arrive in between cause two notifications and not none.
            using var logChanges = request.Follow ? context.LogChanges.Follow() : null;
            var views = Views.Select(context, request.Selectors);
            await context.Outputs.Settled();
            using var follower = new LogFollower(context, request, query, sender);
            var held = request is { Follow: true, Hold: true }
                ? context.Temporaries.Hold(views.Select(static view => view.Definition.Id)) : [];
            try
            {
                await follower.Begin(views);
                if (logChanges is not null) await follower.Follow(logChanges, connection);
            }
            finally
            {
                context.Temporaries.Release(held);
            }
        }
        catch (LogQueryException refused)
        {
            throw new RequestException(refused.Code, refused.Message, refused.Details);
        }
        return new LogsResponse { Lines = sender.Sent };
    }
}
