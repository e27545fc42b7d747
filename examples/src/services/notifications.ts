import { NotificationsSentProducer } from "../gen/notifications-sent.ts";
import { type Payment, Payment_Status, PaymentsSettledConsumer } from "../gen/payments-settled.ts";
import { listPartitions, runService, type ServiceContext } from "../service.ts";

function textFor(payment: Payment): string {
  const amount = `${(Number(payment.amountMinorUnits) / 100).toFixed(2)} ${payment.currency}`;
  return payment.status === Payment_Status.SETTLED
    ? `We received ${amount} for ${payment.orderId}.`
    : `We could not charge ${amount} for ${payment.orderId}.`;
}

/** Tells customers what became of their payments, and publishes what was sent on `notifications.sent`. */
export async function sendNotifications(
  { client, signal, log }: ServiceContext,
  onNotification: (text: string) => void = () => {},
): Promise<void> {
  await using producer = new NotificationsSentProducer(client);
  const payments = new PaymentsSettledConsumer(client, {
    group: "notifications",
    signal,
    onPartitionsAssigned: (partitions) => log(`reads ${listPartitions(partitions)}`),
  });
  for await (const { value: payment } of payments) {
    const text = textFor(payment);
    await producer.send({
      customerId: payment.customerId,
      orderId: payment.orderId,
      text,
      channel:
        payment.method.case === "card"
          ? { case: "Push", value: { device: `phone-of-${payment.customerId}` } }
          : { case: "Email", value: { address: `${payment.customerId}@example.com` } },
      sentAt: new Date(),
    });
    onNotification(text);
  }
}

if (import.meta.main) await runService("notifications", (context) => sendNotifications(context));
