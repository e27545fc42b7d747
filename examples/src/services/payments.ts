import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type OrderPlaced, OrdersPlacedConsumer } from "../gen/orders-placed.ts";
import { Payment_Status, PaymentsSettledProducer } from "../gen/payments-settled.ts";
import { listPartitions, runService, type ServiceContext } from "../service.ts";

/** Above this an order is not charged without asking. */
const LIMIT_MINOR_UNITS = 120_000n;

function total(order: OrderPlaced): bigint {
  return order.lines.reduce(
    (sum, { quantity, unitPrice }) => sum + BigInt(quantity) * unitPrice.minorUnits,
    0n,
  );
}

/** Charges every order and publishes the outcome on `payments.settled`. Calls `onPayment` behind each one. */
export async function settlePayments(
  { client, signal, log }: ServiceContext,
  onPayment: () => void = () => {},
): Promise<void> {
  await using producer = new PaymentsSettledProducer(client);
  const orders = new OrdersPlacedConsumer(client, {
    group: "payments",
    signal,
    onPartitionsAssigned: (partitions) => log(`charges ${listPartitions(partitions)}`),
  });
  for await (const { value: order } of orders) {
    const amount = total(order);
    const isCard = order.channel !== "STORE";
    await producer.send({
      paymentId: `payment-of-${order.orderId}`,
      orderId: order.orderId,
      customerId: order.customerId,
      amountMinorUnits: amount,
      currency: "EUR",
      status: amount > LIMIT_MINOR_UNITS ? Payment_Status.DECLINED : Payment_Status.SETTLED,
      settledAt: timestampFromDate(new Date()),
      method: isCard
        ? { case: "card", value: { lastFour: "4242" } }
        : { case: "bankTransfer", value: { iban: "DE89370400440532013000" } },
    });
    onPayment();
  }
}

if (import.meta.main) await runService("payments", (context) => settlePayments(context));
