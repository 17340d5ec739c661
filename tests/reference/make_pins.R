# Numbers of other people's implementations for the statistics that evidens computes itself.
# Run as: Rscript tests/reference/make_pins.R   (from the root; after make_people.py)
# Debian 12: r-base-core r-cran-proc r-cran-rms r-cran-survival r-cran-hmisc r-cran-sandwich

suppressMessages({library(pROC); library(rms); library(survival); library(sandwich)})

here <- "tests/reference/data"
d <- read.csv(file.path(here, "people.csv"))
pins <- data.frame(name = character(), value = numeric())
pin <- function(name, value) {
  value <- as.numeric(value)
  names <- if (length(value) == 1) name else sprintf("%s.%02d", name, seq_along(value))
  pins <<- rbind(pins, data.frame(name = names, value = value))
}
y <- d$outcome; p <- d$risk; r <- d$reference; n <- length(y)
kept <- d$weight > 0
k <- d[kept, ]; w <- k$weight
z <- qnorm(0.975)

# --- discrimination: pROC ------------------------------------------------------------------------
first <- roc(y, p, direction = "<", levels = c(0, 1), quiet = TRUE)
second <- roc(y, r, direction = "<", levels = c(0, 1), quiet = TRUE)
pin("auroc", auc(first)); pin("auroc.variance", var(first, method = "delong"))
pin("auroc.wald", ci.auc(first, method = "delong")[c(1, 3)])
pin("auroc.reference", auc(second))
paired <- roc.test(first, second, method = "delong", paired = TRUE)
pin("auroc.difference", auc(first) - auc(second))
pin("auroc.difference.se", (auc(first) - auc(second)) / paired$statistic)
pin("auroc.difference.interval", paired$conf.int)
few <- roc(y[1:40], p[1:40], direction = "<", levels = c(0, 1), quiet = TRUE)
pin("auroc.few", auc(few)); pin("auroc.few.variance", var(few, method = "delong"))

# Weighted: every pair of an event and a non-event, written out.
pairs <- function(y, p, w) {
  e <- which(y == 1); c <- which(y == 0)
  wins <- outer(p[e], p[c], function(a, b) (a > b) + 0.5 * (a == b))
  v10 <- as.vector(wins %*% w[c]) / sum(w[c]); v01 <- as.vector(w[e] %*% wins) / sum(w[e])
  area <- sum(w[e] * v10) / sum(w[e])
  part <- function(v, w) sum(w^2 * (v - area)^2) / sum(w)^2 * length(v) / (length(v) - 1)
  c(area, sqrt(part(v10, w[e]) + part(v01, w[c])))
}
found <- pairs(k$outcome, k$risk, w)
pin("auroc.weighted", found[1]); pin("auroc.weighted.se", found[2])

# Newcombe's method 5, by root finding.
newcombe <- function(area, m, n) {
  se <- function(a) { s <- (m + n) / 2
    sqrt(a * (1 - a) * (1 + (s - 1) * (1 - a) / (2 - a) + (s - 1) * a / (1 + a)) / (m * n)) }
  low <- if (area == 0) 0 else uniroot(function(a) area - a - z * se(a), c(0, area - 1e-12), tol = 1e-13)$root
  high <- if (area == 1) 1 else uniroot(function(a) a - area - z * se(a), c(area + 1e-12, 1), tol = 1e-13)$root
  c(low, high)
}
pin("newcombe.perfect", newcombe(1, 10, 100)); pin("newcombe.middle", newcombe(0.8, 15, 30))

# --- calibration: glm, sandwich ------------------------------------------------------------------
lp <- qlogis(p); lpk <- qlogis(k$risk)
tight <- glm.control(epsilon = 1e-15) # by default glm stops with its standard errors one step behind
citl <- glm(y ~ offset(lp), family = binomial, control = tight)
slope <- glm(y ~ lp, family = binomial, control = tight)
pin("citl", coef(citl)); pin("citl.se", sqrt(vcov(citl)))
pin("slope", coef(slope)[2]); pin("slope.se", sqrt(vcov(slope)[2, 2]))
pin("slope.by.val.prob", val.prob(p, y, pl = FALSE)["Slope"])
citl.w <- suppressWarnings(glm(outcome ~ offset(lpk), family = binomial, data = k, weights = w, control = tight))
slope.w <- suppressWarnings(glm(outcome ~ lpk, family = binomial, data = k, weights = w, control = tight))
pin("citl.weighted", coef(citl.w)); pin("citl.weighted.se", sqrt(sandwich(citl.w)))
pin("slope.weighted", coef(slope.w)[2]); pin("slope.weighted.se", sqrt(sandwich(slope.w)[2, 2]))
O <- sum(y); E <- sum(p)
pin("oe", O / E); pin("oe.interval", exp(log(O / E) + c(-1, 1) * z * sqrt((1 - O / n) / O)))

# --- smooth calibration: loess, rms --------------------------------------------------------------
at <- c(0.03, 0.1, 0.2, 0.35, 0.5, 0.7)
exact <- loess(y ~ p, control = loess.control(surface = "direct"))
usual <- loess(y ~ p)
weighted <- loess(k$outcome ~ k$risk, weights = w, control = loess.control(surface = "direct"))
pin("loess.at", at)
pin("loess", predict(exact, data.frame(p = at)))
smooth <- function(fit) { v <- abs(predict(fit) - fit$x[, 1]); c(mean(v), quantile(v, c(0.5, 0.9))) }
clipped <- function(fit) { v <- abs(pmin(pmax(predict(fit), 0), 1) - fit$x[, 1]); c(mean(v), quantile(v, c(0.5, 0.9))) }
pin("ici.loess", clipped(exact)); pin("ici.loess.interpolated", clipped(usual))
fit.w <- predict(weighted)
pin("ici.loess.weighted", weighted.mean(abs(pmin(pmax(fit.w, 0), 1) - k$risk), w))
frame <- data.frame(y = y, lp = lp)
dd <- datadist(frame); options(datadist = "dd")
spline <- lrm(y ~ rcs(lp, 5), data = frame)
line <- predict(spline, data.frame(lp = qlogis(at)), se.fit = TRUE)
pin("rcs.knots", spline$Design$parms$lp)
pin("rcs", plogis(line$linear.predictors))
pin("rcs.lower", plogis(line$linear.predictors - z * line$se.fit))
pin("rcs.upper", plogis(line$linear.predictors + z * line$se.fit))
pin("ici.rcs", { v <- abs(predict(spline, type = "fitted") - p); c(mean(v), quantile(v, c(0.5, 0.9))) })
three <- lrm(y ~ rcs(lp, 3), data = frame)
pin("rcs.three", predict(three, data.frame(lp = qlogis(at)), type = "fitted"))

# --- proportions ---------------------------------------------------------------------------------
t <- 0.3
tp <- sum(p >= t & y == 1); fp <- sum(p >= t & y == 0); fn <- sum(p < t & y == 1); tn <- sum(p < t & y == 0)
wilson <- function(x, n) c(x / n, suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int)
pin("sensitivity", wilson(tp, tp + fn)); pin("specificity", wilson(tn, tn + fp))
pin("ppv", wilson(tp, tp + fp)); pin("npv", wilson(tn, tn + fn)); pin("flagged", wilson(tp + fp, n))
pin("wilson.none.of.20", Hmisc::binconf(0, 20, method = "wilson")[2:3])
pin("wilson.3.of.10", Hmisc::binconf(3, 10, method = "wilson")[2:3])

# Tango's interval from its definition: the restricted likelihood is maximised numerically.
tango <- function(b, c, n) {
  score <- function(delta) {
    q <- optimize(function(q) { # q: share positive by the second alone
      pr <- c(q + delta, q, 1 - 2 * q - delta)
      if (any(pr < 0)) return(-1e10)
      sum(ifelse(c(b, c, n - b - c) > 0, c(b, c, n - b - c) * log(pmax(pr, 1e-300)), 0))
    }, c(max(0, -delta), (1 - delta) / 2), maximum = TRUE, tol = 1e-14)$maximum
    (b - c - n * delta) / sqrt(n * (2 * q + delta - delta^2))
  }
  est <- (b - c) / n
  c(uniroot(function(x) score(x) - z, c(-1 + 1e-6, est - 1e-9), tol = 1e-12)$root,
    uniroot(function(x) score(x) + z, c(est + 1e-9, 1 - 1e-6), tol = 1e-12)$root)
}
pin("tango.9.2.of.50", tango(9, 2, 50)); pin("tango.1.5.of.30", tango(1, 5, 30))

# --- net benefit ---------------------------------------------------------------------------------
ts <- c(0.05, 0.1, 0.3, 0.5)
nb <- function(y, p, t, w = rep(1, length(y))) sapply(t, function(t)
  (sum(w[p >= t & y == 1]) - sum(w[p >= t & y == 0]) * t / (1 - t)) / sum(w))
pin("net.benefit.at", ts); pin("net.benefit", nb(y, p, ts)); pin("net.benefit.all", nb(y, rep(1, n), ts))
pin("net.benefit.weighted", nb(k$outcome, k$risk, ts, w))
gain <- ((p >= t) - (r >= t)) * ifelse(y == 1, 1, -t / (1 - t))
pin("net.benefit.difference", mean(gain)); pin("net.benefit.difference.se", sd(gain) / sqrt(n))

# --- overall -------------------------------------------------------------------------------------
pin("brier.se", sd((y - p)^2) / sqrt(n))
gap <- (y - p)^2 - (y - r)^2
pin("brier.difference", mean(gap)); pin("brier.difference.se", sd(gap) / sqrt(n))

# --- censoring: survival -------------------------------------------------------------------------
aj <- survfit(Surv(days, factor(status, 0:2)) ~ 1, data = d)
at.horizon <- summary(aj, times = 1095)
pin("aj", at.horizon$pstate[2:3]); pin("aj.se", at.horizon$std.err[2:3])
at.year <- summary(aj, times = 364)
pin("aj.year", at.year$pstate[2:3]); pin("aj.year.se", at.year$std.err[2:3])
km <- survfit(Surv(days, status > 0) ~ 1, data = d)
pin("km", 1 - summary(km, times = 1095)$surv); pin("km.se", summary(km, times = 1095)$std.err)
weight <- rttright(Surv(days, status > 0) ~ 1, data = d, times = 1095)
pin("ipcw.sum", sum(weight)); pin("ipcw.first", weight[1:30])
weight <- rttright(Surv(days, status > 0) ~ 1, data = d, times = 700)
pin("ipcw.700", weight[1:30])

# --- sample size: integrals and a fitted million -------------------------------------------------
r2 <- function(c, phi) { # Riley 2021: events N(mu, 1), others N(0, 1); the refitted model is exact
  mu <- sqrt(2) * qnorm(c)
  odds <- function(x) qlogis(phi) + mu * x - mu^2 / 2
  l1 <- phi * integrate(function(x) plogis(odds(x), log.p = TRUE) * dnorm(x, mu), -Inf, Inf, rel.tol = 1e-10)$value +
    (1 - phi) * integrate(function(x) plogis(-odds(x), log.p = TRUE) * dnorm(x), -Inf, Inf, rel.tol = 1e-10)$value
  1 - exp(2 * (phi * log(phi) + (1 - phi) * log(1 - phi) - l1))
}
pin("r2.from.c", c(r2(0.71, 0.05), r2(0.8, 0.1), r2(0.7, 0.3), r2(0.9, 0.02)))
set.seed(20260315)
x <- c(rnorm(1e5, sqrt(2) * qnorm(0.8)), rnorm(9e5)); e <- rep(1:0, c(1e5, 9e5))
refit <- glm(e ~ x, family = binomial)
pin("r2.from.c.by.simulation", 1 - exp((refit$deviance - refit$null.deviance) / 1e6))
slope.n <- function(density, se) {
  i <- sapply(0:2, function(k) integrate(function(x) x^k * dlogis(x) * density(x), -40, 40,
                                         rel.tol = 1e-10, subdivisions = 5000)$value)
  i[1] / (se^2 * (i[1] * i[3] - i[2]^2))
}
two.normals <- function(c, phi) { s <- sqrt(2) * qnorm(c); m <- qlogis(phi) - s^2 / 2
  function(x) (1 - phi) * dnorm(x, m, s) + phi * dnorm(x, m + s^2, s) }
pin("slope.n", c(slope.n(two.normals(0.8, 0.018), 0.1 / z), slope.n(two.normals(0.7, 0.1), 0.1 / z)))
pin("slope.n.normal", slope.n(function(x) dnorm(x, -1.75, 1.47), 0.051))

# --- optimism: rms::validate with its resamples written down ---------------------------------------
o <- read.csv(file.path(here, "optimism_people.csv"))
fit <- lrm(y ~ x1 + x2 + x3 + x4 + x5 + x6, data = o, x = TRUE, y = TRUE)
set.seed(7); validated <- validate(fit, B = 40)
set.seed(7); rows <- t(sapply(1:40, function(i) sample(nrow(o), replace = TRUE)))
write.table(rows - 1, file.path(here, "optimism_rows.csv"), sep = ",", row.names = FALSE, col.names = FALSE)
for (m in c("Dxy", "B")) {
  pin(paste0("optimism.", m, ".apparent"), validated[m, "index.orig"])
  pin(paste0("optimism.", m, ".optimism"), validated[m, "optimism"])
  pin(paste0("optimism.", m, ".corrected"), validated[m, "index.corrected"])
}

version <- function(p) paste(p, packageVersion(p))
out <- file(file.path(here, "pins_r.csv"), "w")
writeLines(paste("#", paste(c(R.version.string, sapply(c("pROC", "rms", "survival", "Hmisc", "sandwich"), version)),
                            collapse = "; ")), out)
writeLines("name,value", out)
writeLines(sprintf("%s,%.15g", pins$name, pins$value), out)
close(out)
