using System.Text.Json;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>
/// What the daemon does for one method. Each has a file <c>Handlers/NAMEHandler.cs</c>, by which the build finds it
/// (<see cref="HandlerTable"/>), and names its row of <see cref="Methods"/>, which gives it the types of its messages.
/// </summary>
internal abstract class Handler
{
    public abstract Method Method { get; }

    /// <summary>Reads and checks the parameters, and does what they ask.</summary>
    /// <returns>Writes the answer to the request with an id.</returns>
    /// <exception cref="StrictJsonException">The parameters do not fit; nothing was done.</exception>
    /// <exception cref="RequestException">The request was refused, or has failed.</exception>
    public abstract Task<Func<JsonElement, byte[]>> Answer(
        DaemonContext context, JsonElement parameters, ClientConnection connection);
}

/// <summary>A handler that needs the connection itself, because it sends more than its answer.</summary>
internal abstract class ConnectionHandler<TRequest, TResponse>(Method<TRequest, TResponse> method) : Handler
    where TRequest : class
    where TResponse : class
{
    public sealed override Method Method => method;

    public sealed override async Task<Func<JsonElement, byte[]>> Answer(
        DaemonContext context, JsonElement parameters, ClientConnection connection)
    {
        var request = StrictJson.Read(parameters, WireJson.Default.Of<TRequest>(), "params", ConfigFieldHints.Instance);
        RequestWaits.Check(parameters);
        var response = await Handle(context, request, connection);
        return id => Framing.Result(id, response, WireJson.Default.Of<TResponse>());
    }

    public abstract Task<TResponse> Handle(DaemonContext context, TRequest request, ClientConnection connection);
}

/// <summary>The usual handler: one request, one answer.</summary>
internal abstract class Handler<TRequest, TResponse>(Method<TRequest, TResponse> method)
    : ConnectionHandler<TRequest, TResponse>(method)
    where TRequest : class
    where TResponse : class
{
    public sealed override Task<TResponse> Handle(
        DaemonContext context, TRequest request, ClientConnection connection) =>
        Handle(context, request, connection.Requester);

    /// <param name="context">The daemon.</param>
    /// <param name="request">Its members have the right kinds; whether they make sense is checked here.</param>
    /// <param name="by">Who asks; null when the kernel does not say.</param>
    public abstract Task<TResponse> Handle(DaemonContext context, TRequest request, Requester? by);
}
