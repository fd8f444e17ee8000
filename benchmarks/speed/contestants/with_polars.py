"""Polars: one lazy query per flow with the schema given, streamed, and compressed by ISA-L while it runs."""

import sys
from pathlib import Path

import polars as pl
from isal import igzip_threaded

LEVEL = 1
BREAKS = r"[\r\n|]"
ACCOUNT = pl.Struct(
    {
        "UID": pl.String,
        "profile": pl.Struct(
            {
                "email": pl.String,
                "firstName": pl.String,
                "lastName": pl.String,
                "age": pl.Int64,
                "gender": pl.String,
                "city": pl.String,
                "country": pl.String,
                "likes": pl.List(pl.String),
            }
        ),
        "profile.city": pl.String,
        "data": pl.Struct({"subscribed": pl.String}),
        "created": pl.String,
        "lastUpdated": pl.String,
        "isActive": pl.Boolean,
        "isVerified": pl.Boolean,
    }
)


def clean(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(BREAKS, " ")


def subscribed(state: pl.Expr) -> pl.Expr:
    return pl.when(state == "unsubscribed").then(pl.lit("false")).otherwise(pl.lit("true")).alias("subscribed")


def flow_a(source: Path) -> pl.LazyFrame:
    profile = pl.col("profile").struct.field
    # the same rows as scan_ndjson(source, schema=ACCOUNT), for two thirds of the processor time
    accounts = pl.scan_lines(source).select(pl.col("line").str.json_decode(ACCOUNT).alias("account")).unnest("account")
    return accounts.select(
        "UID",
        profile("email"),
        clean(profile("firstName")).alias("first_name"),
        clean(profile("lastName")).alias("profile.lastName"),
        profile("age").alias("profile.age"),
        profile("gender").alias("profile.gender"),
        clean(pl.coalesce(profile("city"), pl.col("profile.city"))).alias("profile.city"),
        profile("country").alias("profile.country"),
        profile("likes").list.eval(pl.element().fill_null("")).list.join(";").alias("profile.likes"),
        subscribed(pl.col("data").struct.field("subscribed")),
        "created",
        "lastUpdated",
        "isActive",
        "isVerified",
    )


def flow_b(source: Path) -> pl.LazyFrame:
    return pl.scan_csv(source, infer_schema=False, empty_string_is_null=False).select(
        "created",
        "lastUpdated",
        "isActive",
        "isVerified",
        "loginProvider",
        "regSource",
        subscribed(pl.col("data.subscribed")),
        pl.col("uid").alias("UID"),
        pl.struct(
            email="mail",
            firstName=clean(pl.col("profile.firstName")),
            lastName=clean(pl.col("profile.lastName")),
            age="profile.age",
            gender="profile.gender",
            city=clean(pl.col("profile.city")),
            country="profile.country",
            likes="profile.likes",
        ).alias("p"),
        pl.struct(subscribed="data.subscribed", newsletter="data.newsletter").alias("d"),
    )


if __name__ == "__main__":
    flow, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if flow == "A":
        with igzip_threaded.open(target / "a.dsv.gz", "wb", LEVEL, threads=1) as packed:
            flow_a(source).sink_csv(packed, separator="|", quote_style="always")
    else:
        with igzip_threaded.open(target / "b.json.gz", "wb", LEVEL, threads=1) as packed:
            flow_b(source).sink_ndjson(packed)
