# One static binary in an empty image, run by nobody. deploy/emptyroot.sh proves the same without Docker.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/zhanqun . \
 && mkdir -p /out/data /out/tmp /out/etc/ssl/certs \
 && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/

FROM scratch
COPY --from=build /out/etc /etc
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
COPY --from=build /out/zhanqun /zhanqun
COPY LICENSE THIRD-PARTY.txt /
USER 65532:65532
ENV ZHANQUN_DATA=/data ZHANQUN_LISTEN=0.0.0.0:8080 ZHANQUN_OPS_LISTEN=127.0.0.1:8081
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 CMD ["/zhanqun", "health"]
ENTRYPOINT ["/zhanqun"]
CMD ["serve"]
